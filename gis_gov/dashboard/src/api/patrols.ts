import type { MultiLineString } from "geojson";
import { get } from "./client";

/** What a worker went in one go; times are RFC 3339. */
export interface Patrol {
  code: string;
  worker: { code: string; name: string | null };
  kind: string;
  state: "under_way" | "ended";
  begins_at: string;
  ends_at: string | null;
  /** As received. */
  mileage_m: number;
  /** What was really gone. */
  valid_mileage_m: number;
  duration_s: number;
  stay_s: number;
  gap_s: number;
  /** Those that count, and those that don't. */
  fixes: number;
  rejected: number;
  /** Of the time, in the worker's own grids. */
  own_grid_share: number | null;
  version: number;
}

export interface Stay {
  begins_at: string;
  ends_at: string;
  lon: number;
  lat: number;
}

export interface Gap {
  begins_at: string;
  ends_at: string;
  distance_m: number;
}

export interface GridEntered {
  /** Null if there is no such grid any more. */
  code: string | null;
  name: string | null;
  duration_s: number;
}

export interface PatrolWhole extends Patrol {
  stays: Stay[];
  gaps: Gap[];
  grids: GridEntered[];
  line: MultiLineString | null;
}

/** More than anybody begins on a day. */
const LISTED_MAX = 200;

/** Make the path of the patrols that a worker began on a day or later, the newest first. */
export function patrolsPath(worker: string, day: string): string {
  return `/patrols?worker=${encodeURIComponent(worker)}&datetime=${day}/..&limit=${LISTED_MAX}`;
}

/** Ask for the patrols that a worker began on a day or later: a question that is recorded. */
export async function fetchPatrols(worker: string, day: string, signal: AbortSignal): Promise<readonly Patrol[]> {
  return (await get<{ patrols: Patrol[] }>(patrolsPath(worker, day), signal)).patrols;
}

/** Ask for one patrol with its line. */
export function fetchPatrol(code: string, signal: AbortSignal): Promise<PatrolWhole> {
  return get<PatrolWhole>(`/patrols/${encodeURIComponent(code)}`, signal);
}
