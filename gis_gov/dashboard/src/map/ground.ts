import type { ExpressionSpecification } from "maplibre-gl";
import { GROUND } from "../theme";
import { BOLD_FONTS, FONTS, type Draft } from "./draft";

type Anchor = "center" | "top" | "bottom" | "left" | "right";

const level = (...levels: string[]): ExpressionSpecification => [
  "in",
  ["get", "level"],
  ["literal", levels],
];

/** Where a name may stand, beside its point too, so that fewer are left out for want of room. */
const beside = () => ({
  "text-variable-anchor": ["center", "top", "bottom", "left", "right"] satisfies Anchor[],
  "text-radial-offset": 0.9,
});

const label = (size: number, colour: string) => ({
  layout: {
    "text-font": FONTS,
    "text-size": size,
    "text-max-width": 9,
    "text-padding": 3,
  },
  paint: { "text-color": colour, "text-halo-color": GROUND.halo, "text-halo-width": 1.4 },
});

/** From here on there is room for communities, and for grids. */
const COMMUNITIES_FROM = 11.5;
const GRIDS_FROM = 13;

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
    minzoom: COMMUNITIES_FROM,
    paint: {
      "line-color": GROUND.community,
      "line-width": ["interpolate", ["linear"], ["zoom"], COMMUNITIES_FROM, 0.5, 15, 1.6],
      "line-opacity": ["interpolate", ["linear"], ["zoom"], COMMUNITIES_FROM, 0.3, 14, 1],
    },
  },
  {
    id: "areas-street",
    type: "line",
    filter: level("street", "district", "city", "province"),
    layout: { "line-join": "round" },
    paint: {
      "line-color": GROUND.street,
      "line-width": [
        "interpolate",
        ["linear"],
        ["zoom"],
        9,
        ["match", ["get", "level"], "street", 0.6, 1.4],
        15,
        ["match", ["get", "level"], "street", 2.4, 3.4],
      ],
    },
  },
];

const IS_FINE: ExpressionSpecification = ["in", ["get", "layer"], ["literal", ["second", "micro"]]];
const IS_EXCLUSIVE: ExpressionSpecification = ["==", ["get", "layer"], "exclusive"];
const IS_HOVERED: ExpressionSpecification = ["boolean", ["feature-state", "hover"], false];
/** Second-tier and micro-grids lie within the base grids and come into view later. */
export const FINE_GRIDS_FROM = 15.5;

const gridFill = (id: string, rest: ExpressionSpecification | number): Draft => ({
  id,
  type: "fill",
  paint: {
    "fill-color": ["case", IS_EXCLUSIVE, GROUND.exclusive, GROUND.gridHover],
    "fill-opacity": [
      "interpolate",
      ["linear"],
      ["zoom"],
      GRIDS_FROM - 1.5,
      ["case", IS_HOVERED, 0.22, 0],
      GRIDS_FROM,
      ["case", IS_HOVERED, 0.22, rest],
    ],
  },
});

/** Grids: their faces and borders, fine ones thin, exclusive ones dashed. */
export const GRIDS: readonly Draft[] = [
  { ...gridFill("grids-fill", ["case", IS_EXCLUSIVE, 0.12, 0.04]), filter: ["!", IS_FINE] },
  { ...gridFill("grids-fine-fill", 0), filter: IS_FINE, minzoom: FINE_GRIDS_FROM },
  {
    id: "grids-fine-line",
    type: "line",
    minzoom: FINE_GRIDS_FROM,
    filter: IS_FINE,
    paint: { "line-color": GROUND.grid, "line-width": 0.8, "line-dasharray": [2, 2] },
  },
  {
    id: "grids-line",
    type: "line",
    minzoom: GRIDS_FROM,
    filter: ["all", ["!", IS_FINE], ["!", IS_EXCLUSIVE]],
    paint: {
      "line-color": GROUND.grid,
      "line-width": ["interpolate", ["linear"], ["zoom"], GRIDS_FROM, 0.4, 15, 1.2, 18, 2.4],
    },
  },
  {
    id: "grids-exclusive",
    type: "line",
    minzoom: GRIDS_FROM,
    filter: IS_EXCLUSIVE,
    paint: { "line-color": GROUND.exclusive, "line-width": 1.5, "line-dasharray": [3, 2] },
  },
];

const gridLabel = (id: string, filter: ExpressionSpecification, codeFrom: number): Draft => ({
  id,
  type: "symbol",
  filter,
  ...label(11.5, GROUND.gridText),
  layout: {
    ...label(11.5, GROUND.gridText).layout,
    ...beside(),
    "text-field": [
      "step",
      ["zoom"],
      ["get", "name"],
      codeFrom,
      ["concat", ["get", "name"], "\n", ["get", "code"]],
    ],
  },
});

/** The names of grids, with codes where there is room. */
export const GRID_LABELS: readonly Draft[] = [
  { ...gridLabel("grids-fine-label", IS_FINE, 17.5), minzoom: 16.5 },
  { ...gridLabel("grids-label", ["!", IS_FINE], 16.5), minzoom: 14 },
];

const areaLabel = (id: string, name: string, sizes: [far: number, near: number]): Draft => ({
  id,
  type: "symbol",
  filter: level(name),
  maxzoom: 16,
  layout: {
    ...beside(),
    "text-field": ["get", "name"],
    "text-font": BOLD_FONTS,
    "text-size": ["interpolate", ["linear"], ["zoom"], 10, sizes[0], 15, sizes[1]],
    "text-letter-spacing": 0.08,
    "text-padding": 4,
  },
  paint: {
    "text-color": name === "street" ? GROUND.areaText : GROUND.communityText,
    "text-halo-color": GROUND.halo,
    "text-halo-width": 2,
  },
});

/** The names of streets and communities, until the grids' own have the room. */
export const AREA_LABELS: readonly Draft[] = [
  { ...areaLabel("areas-community-label", "community", [11, 13]), minzoom: 12.5 },
  areaLabel("areas-label", "street", [12, 17]),
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
