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
  opened_at: string;
  acknowledged_at: string | null;
  closed_at: string | null;
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

/** Say that one sees to an alarm. */
export async function acknowledgeAlarm(session: Session, id: number, note: string): Promise<Alarm> {
  const body = note === "" ? {} : { note };
  return (await (await ask(`/alarms/${id}/acknowledgement`, sending("POST", body, session))).json()) as Alarm;
}
