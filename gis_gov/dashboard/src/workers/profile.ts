import type { Fixes } from "../api/fixes";
import { planeDistanceM, planeX, planeY } from "../map/plane";
import { trackOf, type Track } from "../playback/track";

/** As fine as a chart of the panel's width shows. */
const BINS = 240;

/** How fast somebody went, in equal pieces of time; null where nobody knows. */
export interface Profile {
  /** Seconds since 1970. */
  fromS: number;
  untilS: number;
  speedsMps: readonly (number | null)[];
  topMps: number;
}

/** Fixes one after the other that do not count for the same reason. */
export interface RejectedRun {
  reason: string;
  fromS: number;
  untilS: number;
  count: number;
  /** Where the first of them says to be. */
  lon: number;
  lat: number;
}

/** Make a track of fixes that count. */
export function trackOfFixes({ timesS, lons, lats }: Fixes): Track {
  return trackOf("", null, [{ timesS, xs: lons.map(planeX), ys: lats.map(planeY) }]);
}

/** Tell the speeds along a track: each leg is spread evenly over its time, a gap has none. */
export function profileOf({ timesS, xs, ys, isGap }: Track): Profile | null {
  const [fromS, untilS] = [timesS[0] ?? NaN, timesS.at(-1) ?? NaN];
  if (!(untilS > fromS)) return null;
  const binS = (untilS - fromS) / BINS;
  const [metres, seconds] = [new Float64Array(BINS), new Float64Array(BINS)];
  for (let row = 0; row + 1 < timesS.length; row += 1) {
    const [beginS, endS] = [timesS[row] ?? NaN, timesS[row + 1] ?? NaN];
    if (isGap[row] === 1 || !(endS > beginS)) continue;
    const mps = planeDistanceM(xs[row] ?? NaN, ys[row] ?? NaN, xs[row + 1] ?? NaN, ys[row + 1] ?? NaN) / (endS - beginS);
    for (let bin = Math.floor((beginS - fromS) / binS); bin < BINS && fromS + bin * binS < endS; bin += 1) {
      const within = Math.min(endS, fromS + (bin + 1) * binS) - Math.max(beginS, fromS + bin * binS);
      metres[bin] = (metres[bin] ?? 0) + mps * within;
      seconds[bin] = (seconds[bin] ?? 0) + within;
    }
  }
  const speedsMps = Array.from(seconds, (passed, bin) => (passed > 0 ? (metres[bin] ?? 0) / passed : null));
  return { fromS, untilS, speedsMps, topMps: Math.max(...speedsMps.map((mps) => mps ?? 0)) };
}

/** The speed at a moment; null where nobody knows. */
export function speedAt({ fromS, untilS, speedsMps }: Profile, atS: number): number | null {
  const bin = Math.floor(((atS - fromS) / (untilS - fromS)) * speedsMps.length);
  return speedsMps[Math.min(Math.max(bin, 0), speedsMps.length - 1)] ?? null;
}

/** Write the speeds as an SVG path in a box of a size; it is interrupted where nobody knows. */
export function profilePath({ speedsMps, topMps }: Profile, width: number, height: number): string {
  let isDown = false;
  return speedsMps
    .flatMap((mps, bin) => {
      const stroke = isDown ? "L" : "M";
      isDown = mps !== null;
      if (mps === null) return [];
      const x = ((bin + 0.5) / speedsMps.length) * width;
      const y = height - (topMps > 0 ? (mps / topMps) * height : 0);
      return [`${stroke}${x.toFixed(1)} ${y.toFixed(1)}`];
    })
    .join("");
}

/** Gather the fixes that do not count, in the order of time. */
export function rejectedRuns({ timesS, lons, lats, reasons }: Fixes): RejectedRun[] {
  const runs: RejectedRun[] = [];
  reasons.forEach((reason, row) => {
    if (reason === "") return;
    const [timeS, lon, lat] = [timesS[row] ?? NaN, lons[row] ?? NaN, lats[row] ?? NaN];
    const last = runs.at(-1);
    if (last && reasons[row - 1] === reason) {
      last.untilS = timeS;
      last.count += 1;
    } else {
      runs.push({ reason, fromS: timeS, untilS: timeS, count: 1, lon, lat });
    }
  });
  return runs;
}
