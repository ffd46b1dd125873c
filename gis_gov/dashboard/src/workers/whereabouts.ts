import type { Feature, Point } from "geojson";
import type { Position, PositionTold } from "../api/live";
import { standingAt, USUAL_LIMITS, type LastSeen, type Limits, type Standing } from "./standing";

/** What has to be drawn anew, since it was asked for the last time. */
export interface Changes {
  /** `put` is all that there is: whatever else was drawn is to go. */
  isAll: boolean;
  put: Feature<Point>[];
  gone: string[];
}

/** A worker as he is kept: where he is, and how he was drawn to stand. */
interface Seen {
  position: Position;
  last: LastSeen;
  standing: Standing | null;
}

/** Where the workers are, made of what the stream told one after the other. */
export class Whereabouts {
  readonly #seen = new Map<string, Seen>();
  readonly #names = new Map<string, string>();
  readonly #changed = new Set<string>();
  readonly #gone = new Set<string>();
  #limits = USUAL_LIMITS;
  #isAll = false;

  /** Take what was told: of all workers there are, or of those who moved; limits where they are told. */
  take(told: readonly PositionTold[], isAll: boolean, limits: Limits | null = null): void {
    this.#limits = limits ?? this.#limits;
    if (isAll) this.#forgetAll();
    for (const each of told) {
      if (each.gone) this.#forget(each.worker);
      else this.#see(each);
    }
  }

  /** Learn the names of workers: the stream tells of codes alone. */
  learn(names: ReadonlyMap<string, string>): void {
    for (const [code, name] of names) {
      if (this.#names.get(code) === name) continue;
      this.#names.set(code, name);
      if (this.#seen.has(code)) this.#changed.add(code);
    }
  }

  /** Return what changed since the last time, the passing of time included. */
  changes(nowMs: number): Changes {
    for (const [code, seen] of this.#seen) {
      const standing = standingAt(seen.last, nowMs, this.#limits);
      if (standing === seen.standing) continue;
      seen.standing = standing;
      this.#changed.add(code);
    }
    const put = [...this.#changed].flatMap((code) => this.find(code) ?? []);
    const changes = { isAll: this.#isAll, put, gone: this.#isAll ? [] : [...this.#gone] };
    this.#changed.clear();
    this.#gone.clear();
    this.#isAll = false;
    return changes;
  }

  /** A worker as he is drawn, if he is anywhere. */
  find(code: string): Feature<Point> | null {
    const seen = this.#seen.get(code);
    if (!seen) return null;
    const { position, last, standing } = seen;
    const name = this.#names.get(code);
    return {
      type: "Feature",
      geometry: { type: "Point", coordinates: [position.lon, position.lat] },
      properties: {
        code,
        ...(name === undefined ? {} : { name }),
        kind: position.kind,
        standing,
        time: Math.floor(last.timeMs / 1000),
        speed_mps: position.speed_mps,
        bearing_deg: position.bearing_deg,
        accuracy_m: position.accuracy_m,
        grid_code: position.grid_code,
      },
    };
  }

  #see(position: Position): void {
    const last = {
      timeMs: Date.parse(position.time),
      stillSinceMs: position.still_since === null ? null : Date.parse(position.still_since),
      isOutside: position.is_outside,
      isOffShift: position.is_off_shift,
    };
    this.#seen.set(position.worker, { position, last, standing: null });
    this.#changed.add(position.worker);
    this.#gone.delete(position.worker);
  }

  #forget(code: string): void {
    if (!this.#seen.delete(code)) return;
    this.#changed.delete(code);
    this.#gone.add(code);
  }

  #forgetAll(): void {
    this.#seen.clear();
    this.#changed.clear();
    this.#gone.clear();
    this.#isAll = true;
  }
}
