import type { SourceSpecification, StyleSpecification } from "maplibre-gl";
import { GROUND } from "../theme";
import { styleLayers } from "./layers";
import { SEARCH_LAYERS, SEARCH_SOURCE } from "./search_layers";

const EMPTY: SourceSpecification = { type: "geojson", data: { type: "FeatureCollection", features: [] } };

/** The source of each tile layer, by the addresses of the sources: `…/tiles/areas,grids.json`. */
export function sourcesOf(style: StyleSpecification): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [id, source] of Object.entries(style.sources)) {
    const address = source.type === "vector" ? source.url : undefined;
    const names = /\/tiles\/([^/]+)\.json$/.exec(address ?? "")?.[1];
    for (const name of names?.split(",") ?? []) found.set(name, id);
  }
  return found;
}

/** Dress the server's style for the page: its sources, our layers; no fonts or icons are fetched. */
export function dress(style: StyleSpecification): StyleSpecification {
  return {
    version: 8,
    sources: { ...style.sources, [SEARCH_SOURCE]: EMPTY },
    layers: [
      { id: "background", type: "background", paint: { "background-color": GROUND.background } },
      ...styleLayers(sourcesOf(style)),
      ...SEARCH_LAYERS,
    ],
  };
}
