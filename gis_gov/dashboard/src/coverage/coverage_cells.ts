import type { Feature, FeatureCollection, Polygon } from "geojson";

/** On how many days of workers a cell was walked, from the fewest: each has a colour of its own. */
export const COVERED_FROM_DAYS = [0, 1, 3, 8] as const;

/** A cell of the server's: what it tells of it. */
export type Cell = Feature<Polygon, { cell: string; grid: string | null; days: number }>;

/** Put those that nobody walked and the others together, each with the class of its days. */
export function coverageFeatures(cells: readonly Cell[]): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: cells.map(({ geometry, properties: { days } }) => ({
      type: "Feature",
      geometry,
      properties: { class: classOf(days) },
    })),
  };
}

/** The place of a number of days in COVERED_FROM_DAYS. */
export function classOf(days: number): number {
  return COVERED_FROM_DAYS.reduce<number>((found, from, order) => (days >= from ? order : found), 0);
}

/** Say which days a class has: `1–2`, and `8+` for the last. */
export function classWords(order: number): string {
  const [from, next] = [COVERED_FROM_DAYS[order] ?? 0, COVERED_FROM_DAYS[order + 1]];
  if (next === undefined) return `${from}+`;
  return next - from === 1 ? String(from) : `${from}–${next - 1}`;
}
