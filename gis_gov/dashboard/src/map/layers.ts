import type { LayerSpecification } from "maplibre-gl";
import { KINDS, type Kind } from "../api/shapes";
import { COVERAGE_DRAFTS, COVERAGE_SOURCE } from "./coverage_layers";
import type { Draft, FedName, TileName } from "./draft";
import { FENCE_DRAFTS, FENCES_SOURCE } from "./fence_layers";
import { ADDRESSES, AREA_BORDERS, AREA_LABELS, AREAS, GRID_LABELS, GRIDS, HOUSES } from "./ground";
import { CLOSED_EVENTS, GATHERED, GATHERED_BELOW, OPEN_EVENTS, RESOURCES } from "./points";
import { TRAIL_DRAFTS, TRAILS_FROM, TRAILS_SOURCE } from "./trail_layers";
import { WORKERS_SOURCE } from "./worker_layers";

/**
 * The switches of the page: those of tile layers, those of what it asks for, and three more. `closed` has the events that want
 * no one's care any longer; `trails` the last minutes of the workers' ways; `gathered` shows the
 * points that are switched on far out too, where tiles have no more than counts by cell.
 */
export const LAYERS = [
  "areas",
  "grids",
  "houses",
  "addresses",
  "coverage",
  "fences",
  "closed",
  "events",
  "pois",
  "cameras",
  "centres",
  "trails",
  "workers",
  "gathered",
] as const;
export type LayerName = (typeof LAYERS)[number];

/** What would cover the things that an operator works with, were it not asked for. */
const OFF: readonly LayerName[] = ["addresses", "coverage", "closed", "pois", "gathered"];
export const DEFAULT_LAYERS: readonly LayerName[] = LAYERS.filter((name) => !OFF.includes(name));

/** The zoom from which a switch has something to show. */
export const VISIBLE_FROM: Readonly<Partial<Record<LayerName, number>>> = {
  houses: 15,
  addresses: 16,
  closed: GATHERED_BELOW,
  events: GATHERED_BELOW,
  pois: 14,
  cameras: 14,
  centres: GATHERED_BELOW,
  trails: TRAILS_FROM,
  workers: GATHERED_BELOW,
};

/** What is fed by the page, and by the live stream: not by the tiles that tell who has a right to it. */
const FED: Readonly<Partial<Record<TileName, string>>> = {
  fences: FENCES_SOURCE,
  coverage: COVERAGE_SOURCE,
  workers: WORKERS_SOURCE,
} satisfies Record<FedName, string>;

interface Drawn {
  /** All of them must be on. */
  switches: readonly [LayerName, ...LayerName[]];
  tiles: TileName;
  drafts: readonly Draft[];
  /** Where it comes from, if not from the tiles or the stream of that name. */
  source?: string;
}

const drawn = (name: LayerName, tiles: TileName, drafts: readonly Draft[]): Drawn => ({
  switches: [name],
  tiles,
  drafts,
});

/**
 * What is drawn, from the lowest up. Signs and names are placed from the last to the first and make
 * way for those that stand already: names for events, workers and centres, the signs of cameras and
 * POIs for names.
 */
const DRAWN: readonly Drawn[] = [
  drawn("areas", "areas", AREAS),
  drawn("grids", "grids", GRIDS),
  drawn("areas", "areas", AREA_BORDERS),
  drawn("houses", "houses", HOUSES),
  drawn("addresses", "addresses", ADDRESSES),
  drawn("coverage", "coverage", COVERAGE_DRAFTS),
  drawn("fences", "fences", FENCE_DRAFTS),
  ...GATHERED.map(([name, drafts]): Drawn => ({ switches: [name, "gathered"], tiles: name, drafts })),
  drawn("closed", "events", CLOSED_EVENTS),
  drawn("pois", "pois", RESOURCES.poi),
  drawn("cameras", "cameras", RESOURCES.camera),
  drawn("grids", "grid_labels", GRID_LABELS),
  drawn("areas", "area_labels", AREA_LABELS),
  drawn("centres", "centres", RESOURCES.centre),
  { switches: ["trails", "workers"], tiles: "workers", drafts: TRAIL_DRAFTS, source: TRAILS_SOURCE },
  drawn("workers", "workers", RESOURCES.worker),
  drawn("events", "events", OPEN_EVENTS),
];

/** The style layers of all switches; `sources` tells where the tiles of each tile layer come from. */
export function styleLayers(sources: ReadonlyMap<string, string>): LayerSpecification[] {
  return DRAWN.flatMap((each) => {
    const source = sources.get(each.tiles) ?? FED[each.tiles];
    return source === undefined ? [] : each.drafts.map((draft) => styleLayer(draft, each, source));
  });
}

/** The switches that have something to show, given the tile layers that there are. */
export function offeredBy(tiles: ReadonlySet<string>): LayerName[] {
  const some = DRAWN.filter((each) => tiles.has(each.tiles)).flatMap((each) => each.switches);
  return LAYERS.filter((name) => some.includes(name));
}

/** The kinds that can be searched for: who has no right to a kind's tiles has none to its things. */
export function kindsOf(tiles: ReadonlySet<string>): Kind[] {
  return KINDS.filter((kind) => tiles.has(`${kind}s` satisfies TileName));
}

/** The tile layer that a rendered feature stands for. */
export function tileNameOf(feature: { source: string; sourceLayer?: string | undefined }): string | undefined {
  return feature.sourceLayer ?? Object.keys(FED).find((name) => FED[name as TileName] === feature.source);
}

/** The switches that a style layer belongs to; none for the search's own and the background. */
export function switchesOf(layer: LayerSpecification): readonly LayerName[] {
  const { metadata } = layer as { metadata?: { switches?: readonly LayerName[] } };
  return metadata?.switches ?? [];
}

/** Tell whether a switch that is on shows nothing yet at a zoom. */
export function waitsForZoom(name: LayerName, zoom: number, shown: readonly LayerName[]): boolean {
  const gathered = zoom < GATHERED_BELOW && shown.includes("gathered");
  if (gathered && GATHERED.some(([known]) => known === name)) return false;
  return shown.includes(name) && zoom < (VISIBLE_FROM[name] ?? 0);
}

function styleLayer(draft: Draft, { switches, tiles, source: own }: Drawn, source: string): LayerSpecification {
  const live = own ?? FED[tiles];
  const minzoom = switches.includes("gathered") ? undefined : VISIBLE_FROM[switches[0]];
  return {
    ...(minzoom === undefined ? {} : { minzoom }),
    ...draft,
    ...(live === undefined ? { source, "source-layer": tiles } : { source: live }),
    metadata: { switches },
  };
}
