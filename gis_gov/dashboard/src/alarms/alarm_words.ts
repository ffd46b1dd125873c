import type { Alarm, Named } from "../api/alarms";
import { say, TAGS, type Language } from "../i18n";

const DAY_MS = 86_400_000;

/** Name a worker or a fence; one that nobody may know is said to be so. */
export function nameOf({ code, name }: Named, language: Language): string {
  return name ?? code ?? say(language, "alarm.hidden");
}

/** Say whom and which fence an alarm is about. */
export function aboutAlarm({ worker, other, fence }: Alarm, language: Language): string {
  const who = nameOf(worker, language);
  const both = other ? say(language, "alarm.both", { who, other: nameOf(other, language) }) : who;
  return fence ? `${both} · ${nameOf(fence, language)}` : both;
}

/** Say what is alarming of whom, in two lines: for its mark on the map. */
export function alarmMark({ kind, worker }: Alarm, language: Language): string {
  return `${say(language, `alarmKind.${kind}`)}\n${nameOf(worker, language)}`;
}

/** Say an alarm in one sentence. */
export function alarmSentence(alarm: Alarm, language: Language): string {
  return say(language, "alarm.said", {
    kind: say(language, `alarmKind.${alarm.kind}`),
    about: aboutAlarm(alarm, language),
    time: formatSince(alarm.since, Date.parse(alarm.opened_at), language),
  });
}

/** Say since when something lasts, in the viewer's own zone; with the day if it is not of the last 24 hours. */
export function formatSince(time: string, nowMs: number, language: Language): string {
  const moment = Date.parse(time);
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const style = nowMs - moment < DAY_MS ? clock : ({ month: "short", day: "numeric", ...clock } as const);
  return new Intl.DateTimeFormat(TAGS[language], style).format(new Date(moment));
}

/** Say from when until when something was so, as `formatSince` does. */
export function formatLasting({ since, last_at: last }: Alarm, nowMs: number, language: Language): string {
  const [from, to] = [formatSince(since, nowMs, language), formatSince(last, nowMs, language)];
  return from === to ? from : `${from}–${to}`;
}
