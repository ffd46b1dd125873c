import type { LonLat } from "../api/shapes";
import type { Changes } from "../workers/whereabouts";
import { LAYERS, type LayerName } from "./layers";

/** What a tile feature tells of itself. */
export interface Fact {
  layer: LayerName;
  id: string;
  name: string;
  properties: readonly (readonly [field: string, value: unknown])[];
  /** Where a point feature stands; null for lines and polygons. */
  position: LonLat | null;
}

/** The part of a rendered map feature that is read here. */
export interface Rendered {
  id?: number | string | undefined;
  sourceLayer?: string | undefined;
  properties: Record<string, unknown>;
  geometry: { type: string; coordinates?: unknown };
}

const HIDDEN_FIELDS = new Set(["purpose", "is_active", "id", "name", "title", "cell", "grid_id", "area_id", "address_id", "worker_id"]);
/** Fields that may have given a thing its name; then they need not be told again. */
const NAMING_FIELDS = new Set(["full_text", "code"]);
const FACTS_MAX = 6;

/** Read the features under a click: points before houses and grids, each once; areas if alone. */
export function readFacts(features: readonly Rendered[]): Fact[] {
  const facts = new Map<string, Fact>();
  for (const feature of features) {
    const layer = LAYERS.find((known) => known === feature.sourceLayer);
    // A cell of the ground is no thing.
    if (!layer || layer === "coverage") continue;
    const fact = readFact(layer, feature);
    facts.set(`${layer}/${fact.id}`, facts.get(`${layer}/${fact.id}`) ?? fact);
  }
  const found = [...facts.values()].sort((a, b) => rank(a) - rank(b));
  // The areas of a place are told with its grid; alone they are what was meant.
  const meant = found.filter((fact) => fact.layer !== "areas");
  return (meant.length > 0 ? meant : found).slice(0, FACTS_MAX);
}

/**
 * Bring what was clicked up to date with what is new of the workers; the same list if nothing of it is.
 * Whoever is not among all is out of view, and stays as he was told of last.
 */
export function followed(facts: readonly Fact[], { put, gone }: Changes): readonly Fact[] {
  const brought = facts.flatMap((fact) => {
    if (fact.layer !== "workers") return [fact];
    const told = put.find(({ properties }) => properties?.code === fact.id);
    if (!told && !gone.includes(fact.id)) return [fact];
    return told ? [readFact("workers", { id: fact.id, properties: told.properties ?? {}, geometry: told.geometry })] : [];
  });
  return brought.length === facts.length && brought.every((fact, order) => fact === facts[order]) ? facts : brought;
}

/** The code of the foremost event among what was clicked; null if there is none, or but gathered ones. */
export function eventOf(facts: readonly Fact[]): string | null {
  for (const { layer, properties } of facts) {
    const code = layer === "events" && properties.find(([field]) => field === "code")?.[1];
    if (typeof code === "string") return code;
  }
  return null;
}

/** What is told of a worker: what was drawn of him, or no more than who he is. */
export function workerFact(code: string, name: string | null, drawn: Changes["put"][number] | null): Fact {
  const properties = drawn?.properties ?? { code, ...(name === null ? {} : { name }) };
  return readFact("workers", { id: code, properties, geometry: drawn?.geometry ?? { type: "Point" } });
}

function readFact(layer: LayerName, feature: Rendered): Fact {
  const { properties, geometry } = feature;
  const id = written(feature.id, properties.id, properties.code, properties.cell);
  const name = written(properties.name, properties.title, properties.full_text, id);
  return {
    layer,
    id,
    name,
    properties: Object.entries(properties).filter(([field, value]) => isNews(field, value, name)),
    position: geometry.type === "Point" && geometry.coordinates ? (geometry.coordinates as LonLat) : null,
  };
}

function isNews(field: string, value: unknown, name: string): boolean {
  if (HIDDEN_FIELDS.has(field) || value === null || value === "") return false;
  if (NAMING_FIELDS.has(field) && value === name) return false;
  return !(field === "count" && value === 1);
}

/** The first of some values that is a text or a number. */
function written(...values: unknown[]): string {
  for (const value of values) {
    if (typeof value === "number" || (typeof value === "string" && value !== "")) return `${value}`;
  }
  return "";
}

/** Points come first; among polygons the later of LAYERS, and a lower area before a higher. */
function rank(fact: Fact): number {
  const drawn = LAYERS.length - LAYERS.indexOf(fact.layer);
  if (fact.position) return drawn;
  const levels = ["community", "street", "district", "city", "province"];
  const level = fact.properties.find(([field]) => field === "level")?.[1];
  return 100 + 10 * drawn + levels.indexOf(String(level)) + 1;
}
