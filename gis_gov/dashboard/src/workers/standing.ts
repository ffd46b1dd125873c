/** How a worker stands, as the server tells it: what is to be said of him at a glance, the best first. */
export const STANDINGS = ["on_shift", "idle", "outside", "offline", "off_shift"] as const;
export type Standing = (typeof STANDINGS)[number];

/** After how long somebody is idle, and offline, in seconds; the stream tells it. */
export interface Limits {
  idle_s: number;
  offline_s: number;
}

/** What of a worker's last position decides how he stands. */
export interface LastSeen {
  timeMs: number;
  /** Since when he has not gone 50 m; null: not known. */
  stillSinceMs: number | null;
  /** In none of his grids. */
  isOutside: boolean;
  isOffShift: boolean;
}

/** What the server has if nothing is set. */
export const USUAL_LIMITS: Limits = { idle_s: 600, offline_s: 300 };

/** Tell the gravest that is true of a worker at a moment: the same as the server's `standing`. */
export function standingAt(last: LastSeen, nowMs: number, limits: Limits): Standing {
  if (last.isOffShift) return "off_shift";
  if (nowMs - last.timeMs > limits.offline_s * 1000) return "offline";
  if (last.isOutside) return "outside";
  if (last.stillSinceMs !== null && nowMs - last.stillSinceMs > limits.idle_s * 1000) return "idle";
  return "on_shift";
}
