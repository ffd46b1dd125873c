import { isMessageKey, say, TAGS, type Language } from "../i18n";
import type { Patrol } from "../api/patrols";

const UTC8_MS = 8 * 3_600_000;

/** The day of a moment where the server counts days: in UTC+8, wherever the viewer is. */
export function dayAt(momentMs: number): string {
  return new Date(momentMs + UTC8_MS).toISOString().slice(0, 10);
}

/** The time of day of a moment in UTC+8, to the second. */
export function clockAt(momentMs: number): string {
  return new Date(momentMs + UTC8_MS).toISOString().slice(11, 19);
}

/** Say how long something took: in minutes, and hours if there are some; in seconds below a minute. */
export function formatDuration(seconds: number, language: Language): string {
  if (seconds < 59.5) return say(language, "duration.s", { s: Math.round(seconds) });
  const minutes = Math.round(seconds / 60);
  const [h, min] = [Math.floor(minutes / 60), minutes % 60];
  return h === 0 ? say(language, "duration.min", { min }) : say(language, "duration.h", { h, min });
}

/** Say a length in kilometres, as patrols are compared by them. */
export function formatKm(metres: number, language: Language): string {
  const style = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return `${new Intl.NumberFormat(TAGS[language], style).format(metres / 1000)} km`;
}

/** Say a share in whole percents. */
export function formatShare(share: number, language: Language): string {
  return new Intl.NumberFormat(TAGS[language], { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** Say from when until when a patrol went, in the viewer's own zone. */
export function formatSpan(patrol: Pick<Patrol, "begins_at" | "ends_at" | "state">, language: Language): string {
  const clock = new Intl.DateTimeFormat(TAGS[language], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const end = patrol.state === "ended" && patrol.ends_at !== null ? clock.format(new Date(patrol.ends_at)) : say(language, "patrols.now");
  return `${clock.format(new Date(patrol.begins_at))}–${end}`;
}

/** Say the time of day of a moment, in the viewer's own zone. */
export function formatClock(momentMs: number, language: Language): string {
  const style = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat(TAGS[language], style).format(new Date(momentMs));
}

/** Say a speed in kilometres an hour; a dash where nobody knows. */
export function formatSpeed(mps: number | null, language: Language): string {
  if (mps === null) return "–";
  const style = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${new Intl.NumberFormat(TAGS[language], style).format(mps * 3.6)} km/h`;
}

/** Say why a fix does not count. */
export function rejectionReason(reason: string, language: Language): string {
  const key = `reason.${reason}`;
  return isMessageKey(key) ? say(language, key) : reason;
}

/** Name a kind of patrol; one without a name keeps its own. */
export function patrolKind(kind: string, language: Language): string {
  const key = `patrolKind.${kind}`;
  return isMessageKey(key) ? say(language, key) : kind;
}
