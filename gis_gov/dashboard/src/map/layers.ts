import type { LayerSpecification } from "maplibre-gl";
import type { Draft, TileName } from "./draft";
import { ADDRESSES, AREA_BORDERS, AREA_LABELS, AREAS, GRID_LABELS, GRIDS, HOUSES } from "./ground";
import { CLOSED_EVENTS, OPEN_EVENTS, RESOURCES } from "./points";

/** The switches of the page, each of one tile layer. */
export const LAYERS = [
  "areas",
  "grids",
  "houses",
  "addresses",
  "events",
  "pois",
  "cameras",
  "centres",
  "workers",
] as const satisfies readonly TileName[];
export type LayerName = (typeof LAYERS)[number];
export const DEFAULT_LAYERS: readonly LayerName[] = LAYERS.filter((name) => name !== "addresses");

/** The zoom at which a layer comes into view, where that is later than its tiles begin. */
export const VISIBLE_FROM: Readonly<Partial<Record<LayerName, number>>> = {
  houses: 15,
  addresses: 16,
};

/** What is drawn, from the lowest up, and the switch that it belongs to; names stand above all. */
const DRAWN: readonly (readonly [LayerName, readonly Draft[]])[] = [
  ["areas", AREAS],
  ["grids", GRIDS],
  ["areas", AREA_BORDERS],
  ["houses", HOUSES],
  ["addresses", ADDRESSES],
  ["events", CLOSED_EVENTS],
  ["pois", RESOURCES.poi],
  ["cameras", RESOURCES.camera],
  ["centres", RESOURCES.centre],
  ["workers", RESOURCES.worker],
  ["events", OPEN_EVENTS],
  ["grids", GRID_LABELS],
  ["areas", AREA_LABELS],
];

/** The style layers of all switches; `sources` tells where the tiles of each tile layer come from. */
export function styleLayers(sources: ReadonlyMap<string, string>): LayerSpecification[] {
  return DRAWN.flatMap(([name, drafts]) =>
    drafts.flatMap((draft) => {
      const tiles = draft["source-layer"] ?? name;
      const source = sources.get(tiles);
      return source === undefined ? [] : [styleLayer(draft, name, tiles, source)];
    }),
  );
}

/** The switch that a style layer belongs to; undefined for the search's own and the background. */
export function switchOf(layer: LayerSpecification): LayerName | undefined {
  const { metadata } = layer as { metadata?: { switch?: LayerName } };
  return metadata?.switch;
}

function styleLayer(draft: Draft, name: LayerName, tiles: TileName, source: string): LayerSpecification {
  const minzoom = VISIBLE_FROM[name];
  return {
    ...(minzoom === undefined ? {} : { minzoom }),
    ...draft,
    source,
    "source-layer": tiles,
    metadata: { switch: name },
  };
}
