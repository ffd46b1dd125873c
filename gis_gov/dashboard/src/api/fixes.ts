import { get } from "./client";

/** A trajectory of all fixes of a patrol (OGC MF-JSON); those that don't count have a reason. */
export interface MovingFeature {
  temporalGeometry: { datetimes: readonly string[]; coordinates: readonly (readonly number[])[] };
  temporalProperties: readonly {
    accuracy_m: { values: readonly (number | null)[] };
    rejected_for: { values: readonly string[] };
  }[];
}

/** Fixes in columns, in the order of time; places are longitude and latitude in degrees. */
export interface Fixes {
  /** Seconds since 1970. */
  timesS: Float64Array;
  lons: Float64Array;
  lats: Float64Array;
  /** Why a fix does not count; empty for one that does. */
  reasons: readonly string[];
  accuraciesM: readonly (number | null)[];
}

/** Ask for the fixes of a patrol: a question that is recorded. */
export async function fetchFixes(code: string, signal: AbortSignal): Promise<Fixes> {
  return readFixes(await get<MovingFeature>(`/patrols/${encodeURIComponent(code)}/positions`, signal));
}

/** Read a trajectory into columns. */
export function readFixes({ temporalGeometry, temporalProperties: [told] }: MovingFeature): Fixes {
  const { datetimes, coordinates } = temporalGeometry;
  return {
    timesS: Float64Array.from(datetimes, (text) => Date.parse(text) / 1000),
    lons: Float64Array.from(coordinates, ([lon]) => lon ?? NaN),
    lats: Float64Array.from(coordinates, ([, lat]) => lat ?? NaN),
    reasons: datetimes.map((_, row) => told?.rejected_for.values[row] ?? ""),
    accuraciesM: datetimes.map((_, row) => told?.accuracy_m.values[row] ?? null),
  };
}

/** Leave those that count. */
export function counting(fixes: Fixes): Fixes {
  const rows = fixes.reasons.flatMap((reason, row) => (reason === "" ? [row] : []));
  const of = <Value>(column: readonly Value[]) => rows.map((row) => column[row]) as Value[];
  return {
    timesS: Float64Array.from(rows, (row) => fixes.timesS[row] ?? NaN),
    lons: Float64Array.from(rows, (row) => fixes.lons[row] ?? NaN),
    lats: Float64Array.from(rows, (row) => fixes.lats[row] ?? NaN),
    reasons: of(fixes.reasons),
    accuraciesM: of(fixes.accuraciesM),
  };
}
