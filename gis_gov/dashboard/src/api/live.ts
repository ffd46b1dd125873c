import type { AlarmTold } from "./alarms";
import type { Limits } from "../workers/standing";

/** How long to wait before a stream that was refused is asked for again. */
const AGAIN_MS = 30_000;

/** Where a worker is. */
export interface Position {
  worker: string;
  gone: false;
  kind: string | null;
  time: string;
  lon: number;
  lat: number;
  accuracy_m: number | null;
  speed_mps: number | null;
  bearing_deg: number | null;
  area_code: string | null;
  grid_code: string | null;
  /** Since when he has not gone 50 m; null: not known. */
  still_since: string | null;
  /** In none of his grids. */
  is_outside: boolean;
  /** Told to himself alone. */
  is_off_shift: boolean;
}

/** Where a worker is, or that he is nowhere that one may know of. */
export type PositionTold = Position | { worker: string; gone: true };

/** What the live stream tells. */
export interface LiveEvents {
  /** Things of a kind have changed. */
  onChange(kind: string): void;
  /** Where all workers are, with the limits by which they stand; or those who moved. */
  onPositions(told: readonly PositionTold[], isAll: boolean, limits: Limits | null): void;
  /** An alarm was opened, acknowledged or closed. */
  onAlarm(told: AlarmTold): void;
  /** The stream begins, or goes on: what is read from now on is not missed. */
  onBegin(): void;
  /** Something was missed: whatever is shown may have changed. */
  onReset(): void;
  /** The server does not want to tell any more. */
  onRefused(): void;
}

/**
 * Follow what changes, in a box (west, south, east, north) if there is one, until the returned function is called. The browser comes back by itself
 * after an interruption, and is told what it missed.
 */
export function followChanges(
  kinds: readonly string[],
  events: LiveEvents,
  bbox: readonly number[] | null = null,
): () => void {
  let source: EventSource | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;

  const open = (): void => {
    source = new EventSource(`/live?kinds=${kinds.join(",")}${bbox ? `&bbox=${bbox.join(",")}` : ""}`);
    source.addEventListener("event", () => {
      events.onChange("event");
    });
    source.addEventListener("change", (message: MessageEvent<string>) => {
      const { kind } = JSON.parse(message.data) as { kind: string };
      events.onChange(kind);
    });
    source.addEventListener("positions", (message: MessageEvent<string>) => {
      const { positions, ...limits } = JSON.parse(message.data) as { positions: PositionTold[] } & Limits;
      events.onPositions(positions, true, limits);
    });
    source.addEventListener("position", (message: MessageEvent<string>) => {
      const { positions } = JSON.parse(message.data) as { positions: PositionTold[] };
      events.onPositions(positions, false, null);
    });
    source.addEventListener("alarm", (message: MessageEvent<string>) => {
      events.onAlarm(JSON.parse(message.data) as AlarmTold);
    });
    source.addEventListener("hello", () => {
      events.onBegin();
    });
    source.addEventListener("reset", () => {
      events.onReset();
    });
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      events.onRefused();
      again = setTimeout(() => {
        open();
        events.onReset();
      }, AGAIN_MS);
    });
  };

  open();
  return () => {
    clearTimeout(again);
    source?.close();
  };
}
