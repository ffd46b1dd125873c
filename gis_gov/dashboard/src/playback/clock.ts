/** How many seconds pass in one, the slowest first. */
export const SPEEDS = [1, 10, 30, 60, 120, 300, 600] as const;
export type Speed = (typeof SPEEDS)[number];

/** A page that could not draw for longer than this goes on where it was, and does not leap. */
const LONGEST_TICK_MS = 250;

/** The time of a playback: it stands or goes, between its ends; moments are seconds since 1970. */
export class PlayClock {
  speed: Speed = 60;
  #atS: number;
  #lastMs: number | null = null;
  #isPlaying = false;

  constructor(
    readonly fromS: number,
    readonly untilS: number,
  ) {
    this.#atS = fromS;
  }

  get atS(): number {
    return this.#atS;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /** Go on; from the end on anew. */
  play(): void {
    if (this.#atS >= this.untilS) this.#atS = this.fromS;
    this.#isPlaying = true;
    this.#lastMs = null;
  }

  /** Stand still. */
  pause(): void {
    this.#isPlaying = false;
  }

  /** Go to a moment. */
  seek(atS: number): void {
    this.#atS = Math.min(Math.max(atS, this.fromS), this.untilS);
  }

  /** Let the time pass up to a moment of the viewer's, in milliseconds; tell whether it goes on. */
  tick(nowMs: number): boolean {
    if (!this.#isPlaying) return false;
    const passedMs = this.#lastMs === null ? 0 : Math.min(Math.max(nowMs - this.#lastMs, 0), LONGEST_TICK_MS);
    this.#lastMs = nowMs;
    this.seek(this.#atS + (passedMs / 1000) * this.speed);
    if (this.#atS >= this.untilS) this.pause();
    return this.#isPlaying;
  }
}
