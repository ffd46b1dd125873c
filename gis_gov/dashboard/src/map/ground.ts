import type { ExpressionSpecification } from "maplibre-gl";
import { GROUND } from "../theme";
import { BOLD_FONTS, FONTS, type Draft } from "./draft";

const level = (...levels: string[]): ExpressionSpecification => [
  "in",
  ["get", "level"],
  ["literal", levels],
];

const label = (size: number, colour: string) => ({
  layout: {
    "text-font": FONTS,
    "text-size": size,
    "text-max-width": 9,
  },
  paint: { "text-color": colour, "text-halo-color": GROUND.halo, "text-halo-width": 1.4 },
});

/** The faces of administrative areas. */
export const AREAS: readonly Draft[] = [
  {
    id: "areas-fill",
    type: "fill",
    filter: level("district", "street"),
    paint: { "fill-color": GROUND.district },
  },
];

/** The borders of administrative areas. */
export const AREA_BORDERS: readonly Draft[] = [
  {
    id: "areas-community",
    type: "line",
    filter: level("community"),
    minzoom: 11,
    paint: { "line-color": GROUND.community, "line-width": 1.6 },
  },
  {
    id: "areas-street",
    type: "line",
    filter: level("street", "district", "city", "province"),
    layout: { "line-join": "round" },
    paint: {
      "line-color": GROUND.street,
      "line-width": ["match", ["get", "level"], "street", 2.4, 3.4],
    },
  },
];

/** Grids: their faces, borders, and the dashed ones of exclusive grids. */
export const GRIDS: readonly Draft[] = [
  {
    id: "grids-fill",
    type: "fill",
    paint: {
      "fill-color": ["match", ["get", "layer"], "exclusive", GROUND.exclusive, GROUND.gridHover],
      "fill-opacity": [
        "case",
        ["boolean", ["feature-state", "hover"], false],
        0.22,
        ["match", ["get", "layer"], "exclusive", 0.12, 0.04],
      ],
    },
  },
  {
    id: "grids-line",
    type: "line",
    minzoom: 11,
    filter: ["!=", ["get", "layer"], "exclusive"],
    paint: {
      "line-color": GROUND.grid,
      "line-width": ["interpolate", ["linear"], ["zoom"], 11, 0.4, 15, 1.1, 18, 1.8],
    },
  },
  {
    id: "grids-exclusive",
    type: "line",
    minzoom: 11,
    filter: ["==", ["get", "layer"], "exclusive"],
    paint: { "line-color": GROUND.exclusive, "line-width": 1.5, "line-dasharray": [3, 2] },
  },
];

/** The names of grids, with codes where there is room. */
export const GRID_LABELS: readonly Draft[] = [
  {
    id: "grids-label",
    type: "symbol",
    "source-layer": "grid_labels",
    minzoom: 14,
    ...label(12, GROUND.gridText),
    layout: {
      ...label(12, GROUND.gridText).layout,
      "text-field": [
        "step",
        ["zoom"],
        ["get", "name"],
        16,
        ["concat", ["get", "name"], "\n", ["get", "code"]],
      ],
    },
  },
];

/** The names of streets and communities, until the grids' own have the room. */
export const AREA_LABELS: readonly Draft[] = [
  {
    id: "areas-label",
    type: "symbol",
    "source-layer": "area_labels",
    filter: level("street", "community"),
    maxzoom: 16,
    layout: {
      "text-field": ["get", "name"],
      "text-font": BOLD_FONTS,
      "text-size": ["match", ["get", "level"], "street", 17, 13],
      "text-letter-spacing": 0.08,
      "symbol-sort-key": ["match", ["get", "level"], "street", 0, 1],
    },
    paint: { "text-color": GROUND.areaText, "text-halo-color": GROUND.halo, "text-halo-width": 2 },
  },
];

/** Footprints of buildings, or dots where none is known. */
export const HOUSES: readonly Draft[] = [
  {
    id: "houses",
    type: "fill",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": GROUND.house, "fill-outline-color": GROUND.houseEdge },
  },
  {
    id: "houses-dots",
    type: "circle",
    filter: ["all", ["==", ["geometry-type"], "Point"], ["==", ["get", "kind"], "building"]],
    paint: {
      "circle-color": GROUND.houseEdge,
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 15, 2, 18, 5],
      "circle-stroke-color": GROUND.street,
      "circle-stroke-width": 0.6,
    },
  },
  {
    id: "houses-label",
    type: "symbol",
    minzoom: 17,
    filter: ["==", ["get", "kind"], "building"],
    ...label(11, GROUND.gridText),
    layout: {
      ...label(11, GROUND.gridText).layout,
      "text-field": ["coalesce", ["get", "name"], ""],
      "text-anchor": "top",
      "text-offset": [0, 0.5],
    },
  },
];

/** Standard addresses. */
export const ADDRESSES: readonly Draft[] = [
  {
    id: "addresses",
    type: "circle",
    paint: { "circle-color": GROUND.address, "circle-radius": 2.2, "circle-opacity": 0.8 },
  },
];
