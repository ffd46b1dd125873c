import type { LayerSpecification } from "maplibre-gl";
import { GROUND } from "../theme";
import { FONTS } from "./draft";

export const SEARCH_SOURCE = "search";

/** The search's disc, rings, ring names and centre, and the chosen result. */
export const SEARCH_LAYERS: readonly LayerSpecification[] = [
  {
    id: "search-area",
    type: "fill",
    source: SEARCH_SOURCE,
    filter: ["==", ["get", "role"], "area"],
    paint: { "fill-color": GROUND.search, "fill-opacity": 0.05 },
  },
  {
    id: "search-ring",
    type: "line",
    source: SEARCH_SOURCE,
    filter: ["==", ["get", "role"], "ring"],
    paint: { "line-color": GROUND.search, "line-width": 1.6, "line-dasharray": [4, 3] },
  },
  {
    id: "search-centre",
    type: "symbol",
    source: SEARCH_SOURCE,
    filter: ["==", ["get", "role"], "centre"],
    layout: { "icon-image": "pin", "icon-anchor": "bottom", "icon-allow-overlap": true },
  },
  {
    id: "search-chosen",
    type: "circle",
    source: SEARCH_SOURCE,
    filter: ["==", ["get", "role"], "chosen"],
    paint: {
      "circle-radius": 17,
      "circle-opacity": 0,
      "circle-stroke-color": GROUND.search,
      "circle-stroke-width": 3,
    },
  },
  {
    id: "search-label",
    type: "symbol",
    source: SEARCH_SOURCE,
    filter: ["==", ["get", "role"], "label"],
    layout: {
      "text-field": ["concat", ["to-string", ["get", "end_m"]], " m"],
      "text-font": FONTS,
      "text-size": 12,
      "text-allow-overlap": true,
    },
    paint: { "text-color": GROUND.search, "text-halo-color": GROUND.halo, "text-halo-width": 2 },
  },
];
