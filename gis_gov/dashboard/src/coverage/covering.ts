import { signal } from "@preact/signals";
import { ApiError, fetchLocated } from "../api/client";
import { fetchCoverage, type Coverage } from "../api/coverage";
import type { LonLat, Located, Named } from "../api/shapes";
import { asApiError } from "../signing";
import type { Cell } from "./coverage_cells";

/** How large a place around the middle of the map is. */
export const COVERED_LEVELS = ["community", "street", "grid"] as const;
export type CoveredLevel = (typeof COVERED_LEVELS)[number];

export type Covered =
  | { status: "idle" }
  | { status: "loading" }
  | { status: "done"; place: Named; coverage: Coverage; cells: readonly Cell[] }
  | { status: "nowhere" }
  | { status: "failed"; error: ApiError };
export const covered = signal<Covered>({ status: "idle" });

let running: AbortController | null = null;

/** Ask where nobody walked in a month, in the area or grid around a place. */
export async function askCoverage(around: LonLat, level: CoveredLevel, month: string): Promise<void> {
  running?.abort();
  const { signal: abort } = (running = new AbortController());
  covered.value = { status: "loading" };
  try {
    const place = placeOf(await fetchLocated(around, abort), level);
    if (!place) {
      if (!abort.aborted) covered.value = { status: "nowhere" };
      return;
    }
    const [coverage, cells] = await fetchCoverage(place.code, month, abort);
    if (!abort.aborted) covered.value = { status: "done", place, coverage, cells };
  } catch (error) {
    if (!abort.aborted) covered.value = { status: "failed", error: asApiError(error) };
  }
}

function placeOf(located: Located, level: CoveredLevel): Named | null {
  return located[level];
}
