import { planeDistanceM } from "../map/plane";

/** Silence that is longer than this may be a gap … */
export const GAP_S = 300;
/** … and is one if it goes on further away than this: the server's bounds. */
export const GAP_M = 300;
/** Who moved less than this within that time stands. */
const STANDS_M = 20;
const STANDS_S = 120;

/** Where somebody was, fix by fix, in the order of time; places are in the map's plane. */
export interface Track {
  worker: string;
  name: string | null;
  /** Seconds since 1970. */
  timesS: Float64Array;
  xs: Float64Array;
  ys: Float64Array;
  /** 1 for each leg to the next fix over which nobody knows where he was. */
  isGap: Uint8Array;
}

/** Not begun yet, going, standing, silent within a gap, or over. */
export const STATES = ["waiting", "going", "standing", "silent", "over"] as const;
export type MoverState = (typeof STATES)[number];

/** Where somebody is at a moment; `isKnown` is false where the place is the last that was known. */
export interface Place {
  x: number;
  y: number;
  isShown: boolean;
  isKnown: boolean;
}

/** Some fixes of one go. */
export interface Piece {
  timesS: Float64Array;
  xs: Float64Array;
  ys: Float64Array;
}

/** Make a track of what somebody went in one or several goes. */
export function trackOf(worker: string, name: string | null, pieces: readonly Piece[]): Track {
  const sorted = pieces
    .filter(({ timesS }) => timesS.length > 0)
    .sort((one, other) => (one.timesS[0] ?? 0) - (other.timesS[0] ?? 0));
  const join = (columns: Float64Array[]) => {
    const joined = new Float64Array(columns.reduce((count, column) => count + column.length, 0));
    columns.reduce((at, column) => (joined.set(column, at), at + column.length), 0);
    return joined;
  };
  const timesS = join(sorted.map((piece) => piece.timesS));
  const xs = join(sorted.map((piece) => piece.xs));
  const ys = join(sorted.map((piece) => piece.ys));
  const isGap = new Uint8Array(timesS.length);
  for (let row = 0; row + 1 < timesS.length; row += 1) {
    const isLong = at(timesS, row + 1) - at(timesS, row) > GAP_S;
    isGap[row] = isLong && planeDistanceM(at(xs, row), at(ys, row), at(xs, row + 1), at(ys, row + 1)) > GAP_M ? 1 : 0;
  }
  let end = 0;
  for (const piece of sorted.slice(0, -1)) {
    end += piece.timesS.length;
    // Between two goes nobody said that he stood there.
    if (at(timesS, end) - at(timesS, end - 1) > GAP_S) isGap[end - 1] = 1;
  }
  return { worker, name, timesS, xs, ys, isGap };
}

/** The row of the last fix at or before a moment; -1 before the first. */
export function rowAt({ timesS }: Track, atS: number): number {
  let [low, high] = [0, timesS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(timesS, middle) <= atS) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Tell where somebody is at a moment: between two fixes as if he went evenly, but not over a gap. */
export function placeAt(track: Track, atS: number, into: Place): Place {
  const row = rowAt(track, atS);
  into.isShown = row >= 0;
  if (row < 0) return into;
  const { timesS, xs, ys, isGap } = track;
  into.x = at(xs, row);
  into.y = at(ys, row);
  const isLast = row + 1 >= timesS.length;
  into.isKnown = isLast ? atS - at(timesS, row) <= GAP_S : isGap[row] === 0;
  if (isLast || isGap[row] === 1) return into;
  const share = (atS - at(timesS, row)) / (at(timesS, row + 1) - at(timesS, row));
  into.x += share * (at(xs, row + 1) - into.x);
  into.y += share * (at(ys, row + 1) - into.y);
  return into;
}

/** Tell what somebody does at a moment. */
export function stateAt(track: Track, atS: number): MoverState {
  const now = placeAt(track, atS, nowhere());
  if (!now.isShown) return "waiting";
  const isLast = rowAt(track, atS) + 1 >= track.timesS.length;
  if (!now.isKnown) return isLast ? "over" : "silent";
  const before = placeAt(track, Math.max(atS - STANDS_S, at(track.timesS, 0)), nowhere());
  return planeDistanceM(before.x, before.y, now.x, now.y) < STANDS_M ? "standing" : "going";
}

/** What draws a line. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}

/** Draw the way of the last `lengthS` seconds up to a moment; a gap is left out. */
export function traceTrail(track: Track, atS: number, lengthS: number, pen: Pen): void {
  const last = rowAt(track, atS);
  if (last < 0) return;
  const end = placeAt(track, atS, nowhere());
  const beginS = atS - lengthS;
  let row = rowAt(track, beginS);
  let isDown = false;
  if (row >= 0 && track.isGap[row] === 0) {
    const begin = placeAt(track, beginS, nowhere());
    pen.moveTo(begin.x, begin.y);
    isDown = true;
  }
  for (row += 1; row <= last; row += 1) {
    if (isDown) pen.lineTo(at(track.xs, row), at(track.ys, row));
    else pen.moveTo(at(track.xs, row), at(track.ys, row));
    isDown = track.isGap[row] === 0;
  }
  if (isDown) pen.lineTo(end.x, end.y);
}

/** A place that has yet to be told. */
export function nowhere(): Place {
  return { x: 0, y: 0, isShown: false, isKnown: false };
}

function at(column: Float64Array, row: number): number {
  return column[row] ?? NaN;
}
