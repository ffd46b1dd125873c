import { effect } from "@preact/signals";
import { KINDS } from "./api/shapes";
import { waiting } from "./alarms/alarming";
import { readHash, writeHash, type Link } from "./hash";
import { LANGUAGES, TAGS, say, type Language } from "./i18n";
import { DEFAULT_LAYERS } from "./map/layers";
import { DEFAULT_RADIUS_M, facts, kinds, language, layers, point, radiusM } from "./state";

const LANGUAGE_KEY = "gis-gov.language";

/** Take the choices from the page's address; the language from there, else as last chosen. */
export function readAddress(): void {
  const link = readHash(location.hash);
  point.value = link.point;
  radiusM.value = link.radiusM ?? DEFAULT_RADIUS_M;
  kinds.value = link.kinds ?? KINDS;
  layers.value = link.layers ?? DEFAULT_LAYERS;
  language.value = link.language ?? rememberedLanguage();
}

/** Keep the page's address, title and language in step with the choices, and the reverse. */
export function followAddress(): void {
  addEventListener("hashchange", () => {
    facts.value = [];
    readAddress();
  });
  effect(() => {
    const link: Link = { point: point.value };
    if (radiusM.value !== DEFAULT_RADIUS_M) link.radiusM = radiusM.value;
    if (kinds.value.length !== KINDS.length) link.kinds = [...kinds.value];
    if (!sameNames(layers.value, DEFAULT_LAYERS)) link.layers = [...layers.value];
    if (language.value !== "zh") link.language = language.value;
    const { pathname, search, hash } = location;
    history.replaceState(history.state, "", pathname + search + writeHash(hash, link));
  });
  effect(() => {
    document.documentElement.lang = TAGS[language.value];
    // Seen among other tabs, too.
    const count = waiting.value.length;
    document.title = (count > 0 ? `(${count}) ` : "") + say(language.value, "title");
    remember(language.value);
  });
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name) => others.includes(name));
}

function rememberedLanguage(): Language {
  try {
    const kept = localStorage.getItem(LANGUAGE_KEY);
    return LANGUAGES.find((known) => known === kept) ?? "zh";
  } catch {
    return "zh";
  }
}

function remember(chosen: Language): void {
  try {
    localStorage.setItem(LANGUAGE_KEY, chosen);
  } catch {
    // Storage may be forbidden; then the address alone keeps the language.
  }
}
