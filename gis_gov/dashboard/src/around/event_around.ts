import type { EventAround, Responsible } from "../api/around_event";
import { NEAR_KINDS, type Located, type NearbyFeature, type NearKind } from "../api/shapes";
import { say, type Language } from "../i18n";
import { formatDuration } from "../workers/patrol_words";

/** What a dispatcher looks for around an event, in this order; the rest is in the counts. */
export const GROUPS = ["worker", "camera", "centre", "enterprise"] as const;
export type GroupName = (typeof GROUPS)[number];

/** Things of one kind around an event, the nearest first, and how many there are beside those. */
export interface Group {
  name: GroupName;
  hits: readonly NearbyFeature[];
  left: number;
}

/** Cameras that see a place may be many; of the others no more are told. */
const LISTED_MAX = 10;
/** As what anybody works who has no other title. */
const USUAL_ROLE = "worker";

/** Sort what is around an event; a kind that one may not see is none. The cameras are those that see it. */
export function groupsOf({ features, counts, seen_by: seenBy }: EventAround): Group[] {
  return GROUPS.flatMap((name) => {
    if (name === "camera") return seenBy ? [cut(name, seenBy, seenBy.length)] : [];
    const hits = features.filter(({ properties }) => properties.kind === name);
    const count = counts[name];
    return count === undefined ? [] : [cut(name, hits, count)];
  });
}

function cut(name: GroupName, hits: readonly NearbyFeature[], count: number): Group {
  const listed = hits.slice(0, LISTED_MAX);
  return { name, hits: listed, left: count - listed.length };
}

/** The kinds that are counted around an event: those that one may see. */
export function countedKinds({ counts }: EventAround): readonly NearKind[] {
  return NEAR_KINDS.filter((kind) => counts[kind] !== undefined);
}

/** The places that an event belongs to, as those of a point are told. */
export function locatedBy({ grid, community, street, district }: Responsible): Located {
  return { grid, exclusive: [], community, street, district };
}

/** Name those who work in the grid of an event, with what they are there. */
export function namesOf({ workers }: Responsible, language: Language): string {
  return workers
    .map(({ name, role }) => (role === USUAL_ROLE ? name : `${name} (${role})`))
    .join(say(language, "list.comma"));
}

/** Say what matters of one thing around an event beside its name and distance. */
export function detailOf({ properties }: NearbyFeature, language: Language): string {
  const { kind, standing, age_s: age, risk_class: risk, category, owner } = properties;
  const told = {
    worker: [standing && say(language, `standing.${standing}`), typeof age === "number" && aged(age, language)],
    enterprise: [risk, category],
    camera: [owner],
    centre: [owner],
    poi: [],
  }[kind];
  const words = told.filter((word): word is string => typeof word === "string" && word !== "");
  return words.length > 0 ? words.join(" · ") : say(language, `kind.${kind}`);
}

/** Say how long ago somebody was where he is told to be. */
function aged(seconds: number, language: Language): string {
  return say(language, "around.age", { age: formatDuration(Math.max(seconds, 0), language) });
}
