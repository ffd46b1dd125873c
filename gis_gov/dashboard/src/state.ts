import { computed, signal } from "@preact/signals";
import type { ApiError } from "./api/client";
import { KINDS, type Kind, type Located, type LonLat, type Nearby, type NearbyFeature } from "./api/shapes";
import type { Language, MessageKey } from "./i18n";
import { DEFAULT_LAYERS, type LayerName } from "./map/layers";
import type { Fact } from "./map/facts";

export const DEFAULT_RADIUS_M = 1000;

export interface Answers {
  located: Located;
  nearby: Nearby | null;
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

/** What the user chose; the address hash keeps it. */
export const language = signal<Language>("zh");
export const point = signal<LonLat | null>(null);
export const radiusM = signal(DEFAULT_RADIUS_M);
export const kinds = signal<readonly Kind[]>(KINDS);
export const layers = signal<readonly LayerName[]>(DEFAULT_LAYERS);

/** What came of it. */
export const search = signal<Search>({ status: "idle" });
export const facts = signal<readonly Fact[]>([]);
export const chosen = signal<NearbyFeature | null>(null);
export const mapTrouble = signal<Trouble | null>(null);
export const noData = signal(false);
export const zoom = signal(0);

/** The answers on show: those of the running search's forerunner until it is done. */
export const answers = computed<Answers | null>(() => {
  const now = search.value;
  if (now.status === "done") return now.answers;
  return now.status === "loading" ? now.last : null;
});
