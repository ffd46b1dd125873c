import type { Geometry } from "geojson";
import { get } from "./client";
import type { Named } from "./alarms";

export interface FenceWindow {
  /** 1 is Monday. */
  weekdays: readonly number[];
  from: string;
  to: string;
}

/** A geofence; times are RFC 3339, those of windows in UTC+8. */
export interface Fence {
  code: string;
  name: string;
  /** The code of the grid or area whose shape it has. */
  grid: string | null;
  area: string | null;
  geometry: Geometry | null;
  width_m: number | null;
  tells: readonly ("enter" | "exit" | "cross" | "inside" | "outside")[];
  dwell_s: number;
  windows: readonly FenceWindow[] | null;
  valid_from: string | null;
  valid_to: string | null;
  for_area: string | null;
  for_workers: readonly string[] | null;
  away_s: number;
  alone_s: number | null;
  near_m: number | null;
  near_s: number;
  is_active: boolean;
}

/** That somebody came into a fence, left it, or passed through it. */
export interface Crossing {
  id: number;
  worker: Named;
  kind: "enter" | "exit" | "cross";
  at: string;
}

const PAGE = 1000;
/** More shapes than these would cover the map. */
export const FENCES_MAX = 5000;
const CROSSINGS_MAX = 20;

/** Ask for the fences that one may know, by code, up to FENCES_MAX; says whether there are more. */
export async function fetchFences(signal: AbortSignal): Promise<{ fences: readonly Fence[]; isAll: boolean }> {
  const fences: Fence[] = [];
  let path: string | null = `/fences?limit=${PAGE}`;
  while (path !== null && fences.length < FENCES_MAX) {
    const page: { fences: Fence[]; next: string | null } = await get(path, signal);
    fences.push(...page.fences);
    path = page.next;
  }
  return { fences, isAll: path === null };
}

/** Ask who came into a fence and left it last: a question that is recorded. */
export async function fetchCrossings(fence: string, signal: AbortSignal): Promise<readonly Crossing[]> {
  const path = `/crossings?fence=${encodeURIComponent(fence)}&limit=${CROSSINGS_MAX}`;
  return (await get<{ crossings: Crossing[] }>(path, signal)).crossings;
}
