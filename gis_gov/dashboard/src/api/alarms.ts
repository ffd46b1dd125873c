import { ask, get } from "./client";
import { sending, type Session } from "./session";

/** What is alarming, the gravest first. */
export const ALARM_KINDS = ["sos", "alone", "near", "inside", "outside"] as const;
export type AlarmKind = (typeof ALARM_KINDS)[number];

/** A worker or a fence; both null if one may not know of it. */
export interface Named {
  code: string | null;
  name: string | null;
}

/** An alarm; times are RFC 3339. */
export interface Alarm {
  id: number;
  kind: AlarmKind;
  worker: Named;
  /** Who is too near. */
  other: Named | null;
  fence: Named | null;
  since: string;
  /** When it was so for the last time, as far as is known. */
  last_at: string;
  opened_at: string;
  acknowledged_at: string | null;
  closed_at: string | null;
  /** Since when late fixes show that it was not so. */
  withdrawn_at: string | null;
  lon: number | null;
  lat: number | null;
}

/** An alarm as the live stream tells it: by codes alone. */
export interface AlarmTold extends Omit<Alarm, "worker" | "other" | "fence"> {
  worker: string;
  other: string | null;
  fence: string | null;
}

/** As many as a page of the answer has at most. */
const OPEN_MAX = 1000;

/** Ask for the alarms that last, the newest first. */
export async function fetchOpenAlarms(): Promise<readonly Alarm[]> {
  return (await get<{ alarms: Alarm[] }>(`/alarms?open=true&limit=${OPEN_MAX}`)).alarms;
}

/** Alarms that are over, and whether there are more of them. */
export interface PastAlarms {
  alarms: readonly Alarm[];
  hasMore: boolean;
}

const PAST_MAX = 100;
const DAY_MS = 86_400_000;

/** Make the path of the alarms that were opened in the 24 hours before a moment, and are over. */
export function pastAlarmsPath(nowMs: number): string {
  const since = new Date(nowMs - DAY_MS).toISOString();
  const asked = new URLSearchParams({ open: "false", datetime: `${since}/..`, limit: String(PAST_MAX) });
  return `/alarms?${asked.toString()}`;
}

/** Ask for alarms that are over, the newest first: a question that is recorded. */
export async function fetchPastAlarms(path: string, signal: AbortSignal): Promise<PastAlarms> {
  const { alarms, next } = await get<{ alarms: Alarm[]; next: string | null }>(path, signal);
  return { alarms, hasMore: next !== null };
}

/** Say that one sees to an alarm. */
export async function acknowledgeAlarm(session: Session, id: number, note: string): Promise<Alarm> {
  const body = note === "" ? {} : { note };
  return (await (await ask(`/alarms/${id}/acknowledgement`, sending("POST", body, session))).json()) as Alarm;
}
