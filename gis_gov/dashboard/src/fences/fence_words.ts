import type { Fence, FenceWindow } from "../api/fences";
import { formatDistance } from "../format";
import { say, TAGS, type Language } from "../i18n";
import { formatDuration } from "../workers/patrol_words";

/** What a fence is for, the gravest first: it may be for several. */
export const FENCE_KINDS = ["danger", "forbidden", "bound", "watched"] as const;
export type FenceKind = (typeof FENCE_KINDS)[number];

/** 1 January 2024 was a Monday. */
const MONDAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** Tell what a fence is for, by the gravest that it raises. */
export function fenceKind({ tells, alone_s: aloneS, near_m: nearM }: Fence): FenceKind {
  if (aloneS !== null || nearM !== null) return "danger";
  if (tells.includes("inside")) return "forbidden";
  return tells.includes("outside") ? "bound" : "watched";
}

/** Say what a fence tells, and what it raises alarms of: a line each. */
export function fenceRules(fence: Fence, language: Language): string[] {
  const span = (seconds: number) => formatDuration(seconds, language);
  const passings = (["enter", "exit", "cross"] as const)
    .filter((kind) => fence.tells.includes(kind))
    .map((kind) => say(language, `crossing.${kind}`));
  const rules = passings.length > 0 ? [say(language, "fence.tells", { kinds: list(passings, language) })] : [];
  if (fence.dwell_s > 0) rules.push(say(language, "fence.dwell", { span: span(fence.dwell_s) }));
  if (fence.tells.includes("inside")) rules.push(say(language, "fence.inside"));
  if (fence.tells.includes("outside")) rules.push(say(language, "fence.outside", { span: span(fence.away_s) }));
  if (fence.alone_s !== null) rules.push(say(language, "fence.alone", { span: span(fence.alone_s) }));
  if (fence.near_m !== null) {
    const metres = formatDistance(fence.near_m, language);
    rules.push(
      fence.near_s > 0
        ? say(language, "fence.nearFor", { metres, span: span(fence.near_s) })
        : say(language, "fence.near", { metres }),
    );
  }
  return rules;
}

/** Say when a fence counts: a line each, in UTC+8. */
export function fenceTimes({ windows, valid_from: from, valid_to: to, is_active: isActive }: Fence, language: Language): string[] {
  if (!isActive) return [say(language, "fence.inactive")];
  const times = windows ? windows.map((window) => windowWords(window, language)) : [say(language, "fence.always")];
  if (from !== null) times.push(say(language, "fence.from", { time: formatMoment(from, language) }));
  if (to !== null) times.push(say(language, "fence.until", { time: formatMoment(to, language) }));
  return times;
}

/** Say who is watched. */
export function fenceWorkers({ for_area: area, for_workers: workers }: Fence, language: Language): string {
  if (area !== null) return say(language, "fence.forArea", { area });
  if (workers === null) return say(language, "fence.forAll");
  // He may be watched who is not known to whom this is told.
  return workers.length > 0 ? list(workers, language) : say(language, "fence.forHidden");
}

function windowWords({ weekdays, from, to }: FenceWindow, language: Language): string {
  const end = to > from ? to : say(language, "fence.nextDay", { time: to });
  const days = weekdays.length === 7 ? say(language, "fence.daily") : list([...weekdays].sort().map((day) => weekday(day, language)), language);
  return `${days} ${from}–${end}`;
}

function weekday(day: number, language: Language): string {
  const style = { weekday: "short", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(TAGS[language], style).format(new Date(MONDAY_MS + (day - 1) * DAY_MS));
}

function formatMoment(time: string, language: Language): string {
  const style = { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" } as const;
  return new Intl.DateTimeFormat(TAGS[language], style).format(new Date(time));
}

function list(words: readonly string[], language: Language): string {
  return words.join(language === "zh" ? "、" : ", ");
}
