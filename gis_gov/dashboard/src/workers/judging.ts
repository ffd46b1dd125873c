import { computed, signal } from "@preact/signals";
import { fetchJudgements, fetchRule, type Judgement, type RuleNamed, type RuleWhole } from "../api/duties";
import type { LonLat } from "../api/shapes";
import { asking, type Asked } from "./asking";
import { groundOf, type Ground } from "./ground";

/** How a patrol is judged by one rule, with what that rule draws. */
export interface Judged {
  judgement: Judgement;
  rule: RuleWhole | null;
}

/** How the patrol on the map is judged. */
export const judged = signal<Asked<readonly Judged[]>>({ status: "idle" });
/** The row of the judgement that is on the map; null: the one that most is to be seen of. */
const chosenRow = signal<number | null>(null);
/** The part of what is asked that is looked at: a line, or one place. */
export const lookedAt = signal<readonly LonLat[] | null>(null);

export const shownRow = computed(() => {
  if (judged.value.status !== "done") return -1;
  return chosenRow.value ?? rowToShow(judged.value.told);
});
/** Where the judgement on the map asks to go, and what was missed there. */
export const judgedGround = computed<Ground | null>(() => {
  const shown = judged.value.status === "done" ? judged.value.told[shownRow.value] : undefined;
  return shown ? groundOf(shown.judgement, shown.rule) : null;
});

const ask = asking(judged, async (code, abort): Promise<readonly Judged[]> => {
  const judgements = await fetchJudgements(code, abort);
  const rules = await fetchRules(judgements.filter(isDrawn), abort);
  return judgements.map((judgement) => ({ judgement, rule: rules.get(keyOf(judgement.rule)) ?? null }));
});

/** Ask how a patrol is judged; null puts it away. */
export function judgePatrol(code: string | null): void {
  chosenRow.value = null;
  lookedAt.value = null;
  ask(code);
}

/** Draw another one of its judgements. */
export function showJudgement(row: number): void {
  chosenRow.value = row;
  lookedAt.value = null;
}

/** Find the first of which something is missed, else the first that draws something. */
export function rowToShow(all: readonly Judged[]): number {
  const isMissed = ({ judgement: { missed, points } }: Judged) => missed !== null || points.some(({ at }) => at === null);
  const row = all.findIndex((each) => !each.judgement.is_enough && isMissed(each));
  return row >= 0 ? row : all.findIndex(({ judgement }) => isDrawn(judgement));
}

function isDrawn({ object, points }: Judgement): boolean {
  return object.kind === "route" || points.length > 0;
}

async function fetchRules(
  judgements: readonly Judgement[],
  abort: AbortSignal,
): Promise<ReadonlyMap<string, RuleWhole | null>> {
  const named = new Map(judgements.map(({ rule }) => [keyOf(rule), rule]));
  return new Map(await Promise.all([...named].map(async ([key, rule]) => [key, await fetchRule(rule, abort)] as const)));
}

function keyOf({ code, version }: RuleNamed): string {
  return `${code}/${version}`;
}
