import { signal } from "@preact/signals";
import { fetchPastAlarms, pastAlarmsPath, type PastAlarms } from "../api/alarms";
import { asking, type Asked } from "../workers/asking";

/** The alarms of the last 24 hours that are over, once they were asked for. */
export const pastAlarms = signal<Asked<PastAlarms>>({ status: "idle" });

const ask = asking(pastAlarms, fetchPastAlarms);

/** Ask for them, as of now. */
export function listPastAlarms(): void {
  ask(pastAlarmsPath(Date.now()));
}
