import type { Feature, MultiLineString } from "geojson";
import type { PositionTold } from "../api/live";
import { planeDistanceM, planeX, planeY } from "../map/plane";
import { GAP_M, GAP_S } from "../playback/track";

/** How far back trails reach. */
export const TRAIL_MS = 10 * 60_000;

type Box = readonly [west: number, south: number, east: number, north: number];

interface Step {
  timeMs: number;
  place: [lon: number, lat: number];
}

/** The last ways of the workers, made of what the stream told since the page was opened. */
export class Trails {
  readonly #steps = new Map<string, Step[]>();

  /** Take what was told: of all workers there are, or of those who moved. */
  take(told: readonly PositionTold[], isAll: boolean): void {
    if (isAll) {
      const there = new Set(told.map(({ worker }) => worker));
      for (const code of this.#steps.keys()) if (!there.has(code)) this.#steps.delete(code);
    }
    for (const each of told) {
      if (each.gone) this.#steps.delete(each.worker);
      else this.#step(each.worker, { timeMs: Date.parse(each.time), place: [each.lon, each.lat] });
    }
  }

  /** The trails of those who are in a box now, without what is too old and without gaps. */
  within([west, south, east, north]: Box, nowMs: number): Feature<MultiLineString>[] {
    const found: Feature<MultiLineString>[] = [];
    for (const [code, steps] of this.#steps) {
      const tooOld = steps.findIndex(({ timeMs }) => nowMs - timeMs <= TRAIL_MS);
      // The last is kept: the next one leads on from there.
      steps.splice(0, tooOld < 0 ? steps.length - 1 : tooOld);
      const [lon, lat] = steps.at(-1)?.place ?? [NaN, NaN];
      if (tooOld < 0 || !(lon >= west && lon <= east && lat >= south && lat <= north)) continue;
      const coordinates = pieces(steps);
      if (coordinates.length === 0) continue;
      found.push({ type: "Feature", geometry: { type: "MultiLineString", coordinates }, properties: { code } });
    }
    return found;
  }

  /** What comes late lies on the way that is drawn, or nearly so; it would only bend it back. */
  #step(code: string, step: Step): void {
    const steps = this.#steps.get(code);
    if (!steps) this.#steps.set(code, [step]);
    else if (step.timeMs > (steps.at(-1)?.timeMs ?? 0)) steps.push(step);
  }
}

function pieces(steps: readonly Step[]): [number, number][][] {
  const found: [number, number][][] = [];
  let last: Step | null = null;
  for (const step of steps) {
    if (last && !isGap(last, step)) found.at(-1)?.push(step.place);
    else found.push([step.place]);
    last = step;
  }
  return found.filter((piece) => piece.length > 1);
}

function isGap(from: Step, to: Step): boolean {
  if (to.timeMs - from.timeMs <= GAP_S * 1000) return false;
  const [[lon, lat], [nextLon, nextLat]] = [from.place, to.place];
  return planeDistanceM(planeX(lon), planeY(lat), planeX(nextLon), planeY(nextLat)) > GAP_M;
}
