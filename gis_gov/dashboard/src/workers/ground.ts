import type { CheckPoint, Judgement, Lines, RuleWhole } from "../api/duties";
import type { LonLat } from "../api/shapes";
import { planeDistanceM, planeX, planeY } from "../map/plane";

/** Whether a check point was reached; `asked` where nobody went yet. */
export const POINT_STATES = ["reached", "missed", "disorder", "asked"] as const;
export type PointState = (typeof POINT_STATES)[number];

/** A check point with what came of it. */
export interface PointSeen extends CheckPoint {
  state: PointState;
  at: string | null;
}

/** A part of a route that was not passed. */
export interface MissedPart {
  line: readonly LonLat[];
  length_m: number;
  /** Half way along it. */
  middle: LonLat;
}

/** Where a rule asks to go, and what of it was missed. */
export interface Ground {
  route: Lines | null;
  missed: readonly MissedPart[];
  points: readonly PointSeen[];
}

/** Tell where a judgement asks to go, and what was missed; places are the rule's. */
export function groundOf(judgement: Judgement, rule: RuleWhole | null): Ground {
  return {
    route: rule?.geometry ?? null,
    missed: linesOf(judgement.missed).map(missedPart),
    points: judgement.points.flatMap(({ number, at }) => {
      const point = rule?.points.find((each) => each.number === number);
      return point ? [{ ...point, at, state: pointState(judgement, number, at) }] : [];
    }),
  };
}

/** Tell where a rule asks to go, of whom nobody knows yet. */
export function groundAsked({ geometry, points }: RuleWhole): Ground {
  return { route: geometry, missed: [], points: points.map((point) => ({ ...point, at: null, state: "asked" })) };
}

/** Tell whether a check point was reached; who came there too early or too late did not miss it. */
export function pointState({ reasons }: Judgement, number: number, at: string | null): PointState {
  if (at !== null) return "reached";
  const late = reasons.find(({ code }) => code === "points_out_of_order")?.told;
  return Array.isArray(late) && late.includes(number) ? "disorder" : "missed";
}

/** All corners of a ground, to have it in view. */
export function cornersOf({ route, missed, points }: Ground): LonLat[] {
  return [
    ...linesOf(route).flat(),
    ...missed.flatMap(({ line }) => line),
    ...points.map(({ lon, lat }): LonLat => [lon, lat]),
  ];
}

/** West, south, east and north of some places; null if there are none. */
export function boundsOf(places: readonly LonLat[]): [number, number, number, number] | null {
  if (places.length === 0) return null;
  // A day's way has more corners than a call may have arguments.
  return places.reduce<[number, number, number, number]>(
    ([west, south, east, north], [lon, lat]) => [
      Math.min(west, lon),
      Math.min(south, lat),
      Math.max(east, lon),
      Math.max(north, lat),
    ],
    [Infinity, Infinity, -Infinity, -Infinity],
  );
}

function linesOf(lines: Lines | null): LonLat[][] {
  if (lines === null) return [];
  const coordinates = lines.type === "LineString" ? [lines.coordinates] : lines.coordinates;
  return coordinates.map((line) => line.map(([lon = NaN, lat = NaN]): LonLat => [lon, lat]));
}

function missedPart(line: readonly LonLat[]): MissedPart {
  const legs = line.slice(1).map((end, row) => lengthM(line[row] ?? end, end));
  const length_m = legs.reduce((sum, leg) => sum + leg, 0);
  return { line, length_m, middle: placeAlong(line, legs, length_m / 2) };
}

function placeAlong(line: readonly LonLat[], legs: readonly number[], afterM: number): LonLat {
  let left = afterM;
  for (const [row, leg] of legs.entries()) {
    const [from, to] = [line[row], line[row + 1]];
    if (from && to && left <= leg && leg > 0) {
      const share = left / leg;
      return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
    }
    left -= leg;
  }
  return line.at(-1) ?? [NaN, NaN];
}

function lengthM([lon, lat]: LonLat, [toLon, toLat]: LonLat): number {
  return planeDistanceM(planeX(lon), planeY(lat), planeX(toLon), planeY(toLat));
}
