/** What somebody at the page does that the page takes note of. */
const ACTS = ["pointerdown", "pointermove", "wheel", "keydown", "touchstart"] as const;
const AWAY_AFTER_MS = 60_000;

let lastActMs = 0;

/** Note from now on when somebody last did something. */
export function watchPresence(): void {
  lastActMs = Date.now();
  for (const act of ACTS) {
    addEventListener(act, () => {
      lastActMs = Date.now();
    }, { passive: true, capture: true });
  }
}

/** The headers by which a request says that the page asks by itself, while nobody is at it. */
export function presenceHeaders(): Record<string, string> {
  return Date.now() - lastActMs < AWAY_AFTER_MS ? {} : { "x-background": "1" };
}
