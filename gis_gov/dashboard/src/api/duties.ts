import type { LineString, MultiLineString } from "geojson";
import { ApiError, get } from "./client";

export type Lines = LineString | MultiLineString;

/** A version of a rule. */
export interface RuleNamed {
  code: string;
  version: number;
  name: string;
}

/** What has to be patrolled; without a code what the rule draws itself, or what one may not know. */
export interface ObjectTold {
  kind: string;
  code: string | null;
}

/** Why a patrol is not enough: what was found, and what is wanted, in the unit of its code. */
export interface Reason {
  code: string;
  told: number | number[] | null;
  wanted: number | null;
}

/** What of a rule a patrol met; times are RFC 3339. */
export interface Judgement {
  patrol: string;
  rule: RuleNamed;
  object: ObjectTold;
  is_enough: boolean;
  /** Of a kind that counts without having been gone. */
  is_alternate: boolean;
  duration_s: number;
  valid_mileage_m: number;
  /** Of the length of the route. */
  coverage: number | null;
  reasons: Reason[];
  /** When each check point was reached; null: never, or not in its order. */
  points: { number: number; at: string | null }[];
  /** The parts of the route that were not passed. */
  missed: Lines | null;
  /** The task that it fulfilled. */
  task: number | null;
  task_reasons: Reason[];
}

/** A place that a patrol has to come by. */
export interface CheckPoint {
  number: number;
  name: string | null;
  lon: number;
  lat: number;
  radius_m: number;
}

/** What a rule names and draws. */
export interface RuleWhole extends RuleNamed {
  /** So many have to go together. */
  workers_min: number;
  points: CheckPoint[];
  geometry: Lines | null;
}

/** Ask how a patrol is judged: a question that is recorded. */
export async function fetchJudgements(patrol: string, signal: AbortSignal): Promise<readonly Judgement[]> {
  const path = `/patrols/${encodeURIComponent(patrol)}/judgements`;
  return (await get<{ judgements: Judgement[] }>(path, signal)).judgements;
}

/** Ask for a version of a rule; null if one may not know of it. */
export async function fetchRule({ code, version }: RuleNamed, signal: AbortSignal): Promise<RuleWhole | null> {
  try {
    return await get<RuleWhole>(`/rules/${encodeURIComponent(code)}?version=${version}`, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
