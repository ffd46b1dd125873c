import { computed, signal } from "@preact/signals";
import { acknowledgeAlarm, fetchOpenAlarms, type Alarm, type AlarmTold } from "../api/alarms";
import type { ApiError } from "../api/client";
import { fetchSession } from "../api/session";
import { asApiError } from "../signing";
import { OpenAlarms } from "./open_alarms";

/** An alarm that the stream told of has its names soon after; many at once are asked for together. */
const GATHERED_MS = 500;

/** The alarms that last, as the panel lists them. */
export const alarms = signal<readonly Alarm[]>([]);
/** Those that nobody sees to. */
export const waiting = computed(() => alarms.value.filter(({ acknowledged_at: seen }) => seen === null));
/** The alarm that came last, to be said aloud by screen readers. */
export const newest = signal<Alarm | null>(null);
/** Why the list could not be read. */
export const alarmTrouble = signal<ApiError | null>(null);

const open = new OpenAlarms();
let asked = 0;
let gathering: ReturnType<typeof setTimeout> | undefined;

/** Read the list anew; the latest asking wins. */
export async function readAlarms(): Promise<void> {
  clearTimeout(gathering);
  gathering = undefined;
  const number = (asked += 1);
  open.begin();
  try {
    const told = await fetchOpenAlarms();
    if (number !== asked) return;
    open.replace(told);
    alarmTrouble.value = null;
    show();
  } catch (error) {
    if (number === asked) alarmTrouble.value = asApiError(error);
  }
}

/** Take what the stream told of an alarm: it is shown at once, its names come soon. */
export function takeAlarm(told: AlarmTold): void {
  const isNew = open.take(told);
  show();
  if (!isNew) return;
  newest.value = alarms.value.find(({ id }) => id === told.id) ?? null;
  gathering ??= setTimeout(() => void readAlarms(), GATHERED_MS);
}

/**
 * Say that one sees to an alarm.
 * @throws {ApiError} What the server says against it.
 */
export async function acknowledge(id: number, note: string): Promise<void> {
  // Asked anew: another window may have signed in since, and the token goes with the cookie.
  open.put(await acknowledgeAlarm(await fetchSession(), id, note));
  show();
}

function show(): void {
  alarms.value = open.list();
  const told = newest.value;
  if (told) newest.value = alarms.value.find(({ id }) => id === told.id) ?? null;
}
