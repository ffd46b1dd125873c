import type { Judgement, ObjectTold, Reason } from "../api/duties";
import { formatDistance, formatTenths } from "../format";
import { isMessageKey, say, type Language } from "../i18n";
import type { MissedPart, PointSeen } from "./ground";
import { formatClock, formatShare } from "./patrol_words";

type Say = (figure: number, language: Language) => string;

/** How what was found and what is wanted are said; of the others the figure is a count. */
const FIGURES: Readonly<Record<string, Say>> = {
  too_few_metres: formatDistance,
  outside: formatDistance,
  too_fast: formatDistance,
  too_little_covered: formatShare,
};

/** Say why a patrol is not enough, with what was found and what is asked. */
export function reasonText({ code, told, wanted }: Reason, language: Language): string {
  const key = `short.${code}`;
  if (!isMessageKey(key)) return code;
  const figure = FIGURES[code] ?? formatTenths;
  return say(language, key, {
    told: Array.isArray(told) ? told.join(say(language, "list.comma")) : told === null ? "–" : figure(told, language),
    wanted: wanted === null ? "–" : figure(wanted, language),
  });
}

/** Say what has to be patrolled. */
export function objectText({ kind, code }: ObjectTold, language: Language): string {
  const key = `object.${kind}`;
  const named = isMessageKey(key) ? say(language, key) : kind;
  return code === null ? named : `${named} ${code}`;
}

/** Say what was missed of a route, as the map has it. */
export function partText({ length_m }: MissedPart, language: Language): string {
  return say(language, "judged.part", { length: formatDistance(length_m, language) });
}

/** Name a check point as the map has it, by its number and name. */
export function pointName({ number: row, name }: Pick<PointSeen, "number" | "name">): string {
  return name === null ? String(row) : `${row} ${name}`;
}

/** Say whether a check point was reached, and when. */
export function pointText({ state, at }: Pick<PointSeen, "state" | "at">, language: Language): string {
  if (at !== null) return say(language, "point.reachedAt", { at: formatClock(Date.parse(at), language) });
  return say(language, `point.${state}`);
}

/** Say in a word how a patrol is judged. */
export function verdictText({ is_enough, is_alternate }: Judgement, language: Language): string {
  if (!is_enough) return say(language, "judged.short");
  return say(language, is_alternate ? "judged.alternate" : "judged.enough");
}
