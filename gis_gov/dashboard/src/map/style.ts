import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import { GROUND } from "../theme";
import { areaLabels, LAYERS, SEARCH_LAYERS, SEARCH_SOURCE, styleLayers, type LayerName } from "./layers";

const EMPTY: SourceSpecification = { type: "geojson", data: { type: "FeatureCollection", features: [] } };

/** The source of each tile layer in a style: that of a layer drawn from it, else the one so named. */
export function sourcesOf(style: StyleSpecification): ReadonlyMap<LayerName, string> {
  const found = new Map<LayerName, string>();
  for (const name of LAYERS) {
    const drawn = style.layers.find((layer) => "source-layer" in layer && layer["source-layer"] === name);
    const source = drawn && "source" in drawn ? drawn.source : name;
    if (typeof source === "string" && source in style.sources) found.set(name, source);
  }
  return found;
}

/** Dress the server's style for the page: its sources, our layers; no fonts or icons are fetched. */
export function dress(style: StyleSpecification): StyleSpecification {
  const sources = sourcesOf(style);
  const layers: LayerSpecification[] = [
    { id: "background", type: "background", paint: { "background-color": GROUND.background } },
  ];
  for (const [name, source] of sources) layers.push(...styleLayers(name, source));
  const areas = sources.get("areas");
  if (areas !== undefined) layers.push(...areaLabels(areas));
  layers.push(...SEARCH_LAYERS);
  const { center, zoom } = style;
  return {
    version: 8,
    ...(center ? { center } : {}),
    ...(zoom === undefined ? {} : { zoom }),
    sources: { ...style.sources, [SEARCH_SOURCE]: EMPTY },
    layers,
  };
}
