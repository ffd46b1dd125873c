import type { Cell } from "../coverage/coverage_cells";
import { get } from "./client";

export interface Share {
  /** Cells of the ground, and those that somebody came through. */
  cells: number;
  walked: number;
  /** Null where there are no cells. */
  share: number | null;
}

/** How much of a place was walked in a month. */
export interface Coverage extends Share {
  within: string;
  month: string;
  grids: readonly (Share & { code: string; name: string })[];
}

/** Ask how much was walked, and for the cells: questions that are recorded. */
export async function fetchCoverage(within: string, month: string, signal: AbortSignal): Promise<[Coverage, readonly Cell[]]> {
  const query = `within=${encodeURIComponent(within)}&month=${month}`;
  const cells = (walked: boolean) => get<{ features: Cell[] }>(`/coverage/cells?${query}&walked=${walked}`, signal);
  const [coverage, bare, walked] = await Promise.all([
    get<Coverage>(`/coverage?${query}`, signal),
    cells(false),
    cells(true),
  ]);
  return [coverage, [...bare.features, ...walked.features]];
}
