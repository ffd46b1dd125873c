import { ALARM_KINDS, type Alarm, type AlarmTold } from "../api/alarms";

/** The alarms that last, made of the list and of what the stream told one after the other. */
export class OpenAlarms {
  readonly #alarms = new Map<number, Alarm>();
  /** What was told since the list was asked for, which may be older than that. */
  #told: AlarmTold[] | null = null;

  /** Note that the list is asked for now. */
  begin(): void {
    this.#told = [];
  }

  /** Take the list. */
  replace(alarms: readonly Alarm[]): void {
    this.#alarms.clear();
    for (const alarm of alarms) this.put(alarm);
    const told = this.#told ?? [];
    this.#told = null;
    for (const each of told) this.take(each);
  }

  /** Take what was told of one; says whether it is open and was not known. */
  take(told: AlarmTold): boolean {
    this.#told?.push(told);
    const known = this.#alarms.get(told.id);
    const named = (code: string | null, name: string | null = null) => (code === null ? null : { code, name });
    this.put({
      ...told,
      worker: known?.worker ?? { code: told.worker, name: null },
      other: known?.other ?? named(told.other),
      fence: known?.fence ?? named(told.fence),
    });
    return !known && told.closed_at === null;
  }

  /** Put one as it is now; one that is closed is no more. */
  put(alarm: Alarm): void {
    if (alarm.closed_at === null) this.#alarms.set(alarm.id, alarm);
    else this.#alarms.delete(alarm.id);
  }

  /** Those that nobody sees to before the others, the gravest first, then the newest. */
  list(): Alarm[] {
    return [...this.#alarms.values()].sort(
      (a, b) =>
        Number(a.acknowledged_at !== null) - Number(b.acknowledged_at !== null) ||
        ALARM_KINDS.indexOf(a.kind) - ALARM_KINDS.indexOf(b.kind) ||
        Date.parse(b.opened_at) - Date.parse(a.opened_at) ||
        b.id - a.id,
    );
  }
}
