import { computed, signal } from "@preact/signals";
import type { EventAround } from "./api/around_event";
import type { ApiError } from "./api/client";
import type { Session } from "./api/session";
import { KINDS, type Kind, type Located, type LonLat, type Nearby, type NearbyFeature } from "./api/shapes";
import type { Language, MessageKey } from "./i18n";
import { DEFAULT_LAYERS, kindsOf, LAYERS, offeredBy, type LayerName } from "./map/layers";
import type { FedName } from "./map/draft";
import { eventOf, type Fact } from "./map/facts";

export const DEFAULT_RADIUS_M = 1000;

export interface Answers {
  located: Located;
  nearby: Nearby | null;
  /** What is around the event that was clicked, instead of what is around any point. */
  event: EventAround | null;
}

export type Search =
  | { status: "idle" }
  | { status: "loading"; last: Answers | null }
  | { status: "done"; answers: Answers }
  | { status: "failed"; error: ApiError };

export interface Trouble {
  key: MessageKey;
  detail: string;
}

/** Whether somebody is signed in; the rest of the page waits until then. */
export type Sign =
  | { status: "asking" }
  | { status: "away"; error: ApiError }
  | { status: "out"; lapsed: boolean }
  | { status: "in"; session: Session };

export const sign = signal<Sign>({ status: "asking" });
/** Why a sign-in elsewhere failed from which one came back to the page. */
export const signFailure = signal<MessageKey | null>(null);
/** Who is signed in, with a password that does not have to be changed first. */
export const actor = computed<Session | null>(() => {
  const now = sign.value;
  return now.status === "in" && !now.session.must_change_password ? now.session : null;
});
export const isIn = computed(() => actor.value !== null);
/** Whether the actor may follow workers, somewhere at least. */
export const follows = computed(() => actor.value?.rights.includes("track.read") ?? false);
/** Whether the account is a worker's: of himself he knows without a right. */
const isWorker = computed(() => (actor.value?.worker ?? null) !== null);
/** Whether there are alarms that the actor may hear of. */
export const hearsAlarms = computed(() => follows.value || isWorker.value);
/** Whether there are fences that the actor may know. */
export const knowsFences = computed(
  () => follows.value || isWorker.value || (actor.value?.rights.includes("fence.write") ?? false),
);
/** What the page may ask for, and draw. */
const fed = computed<readonly FedName[]>(() => [
  ...(knowsFences.value ? (["fences"] as const) : []),
  ...(follows.value ? (["coverage"] as const) : []),
  ...(isWorker.value ? (["workers"] as const) : []),
]);
/** The tile layers that the actor has a right to, as the server's style has them; null: not told yet. */
export const tiles = signal<ReadonlySet<string> | null>(null);
/** All that may be drawn. */
export const drawable = computed<ReadonlySet<string> | null>(() => tiles.value && new Set([...tiles.value, ...fed.value]));
export const offeredLayers = computed<readonly LayerName[]>(() => (drawable.value ? offeredBy(drawable.value) : LAYERS));
export const offeredKinds = computed<readonly Kind[]>(() => (tiles.value ? kindsOf(tiles.value) : KINDS));

/** What the user chose; the address hash keeps it. */
export const language = signal<Language>("zh");
export const point = signal<LonLat | null>(null);
export const radiusM = signal(DEFAULT_RADIUS_M);
/** Whether to count vulnerable persons, too: a question that is recorded, so nobody asks it unawares. */
export const countsVulnerable = signal(false);
export const kinds = signal<readonly Kind[]>(KINDS);
export const layers = signal<readonly LayerName[]>(DEFAULT_LAYERS);

/** What came of it. */
export const search = signal<Search>({ status: "idle" });
export const facts = signal<readonly Fact[]>([]);
/** The event that was clicked, by its code. */
export const eventCode = computed(() => eventOf(facts.value));
export const chosen = signal<NearbyFeature | null>(null);
export const mapTrouble = signal<Trouble | null>(null);
export const noData = signal(false);
export const zoom = signal(0);

/** What to search for: what was chosen, as far as the actor has a right to it. */
export const wantedKinds = computed<readonly Kind[]>(() =>
  kinds.value.filter((kind) => offeredKinds.value.includes(kind)),
);

/** The answers on show: those of the running search's forerunner until it is done. */
export const answers = computed<Answers | null>(() => {
  const now = search.value;
  if (now.status === "done") return now.answers;
  return now.status === "loading" ? now.last : null;
});
