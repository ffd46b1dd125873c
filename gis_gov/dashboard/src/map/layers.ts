import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import type { Kind } from "../api/shapes";
import { EVENT_STATES, GROUND, ICON_COLOURS, STATE_COLOURS } from "../theme";

/** The tile layers, each a switch of the page; drawn from the first up. */
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
] as const;
export type LayerName = (typeof LAYERS)[number];
export const DEFAULT_LAYERS: readonly LayerName[] = LAYERS.filter((name) => name !== "addresses");

/** The zoom at which a layer comes into view, where that is later than its tiles begin. */
export const VISIBLE_FROM: Readonly<Partial<Record<LayerName, number>>> = {
  houses: 15,
  addresses: 16,
};
/** Below it the tiles gather points by cell: a feature has `cell` and `count` and no more. */
export const GATHERED_BELOW = 12;
/** From here on resources are drawn as icons, before that as dots. */
const ICONS_FROM = 14;

export const SEARCH_SOURCE = "search";

/** Fonts of the viewer's own machine: labels are drawn in the browser, no glyph server is asked. */
const FONTS = ["Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];
const BOLD_FONTS = ["Noto Sans CJK SC Bold", ...FONTS];

type Draft = LayerSpecification extends infer Spec
  ? Spec extends { source: string }
    ? Omit<Spec, "source" | "source-layer">
    : never
  : never;

/** The style layers of one tile layer; `source` is where the style has its tiles. */
export function styleLayers(name: LayerName, source: string): LayerSpecification[] {
  const minzoom = VISIBLE_FROM[name];
  return DRAFTS[name].map(
    (draft) =>
      ({
        ...(minzoom === undefined ? {} : { minzoom }),
        ...draft,
        source,
        "source-layer": name,
      }),
  );
}

const level = (...levels: string[]): ExpressionSpecification => [
  "in",
  ["get", "level"],
  ["literal", levels],
];

const STATE_COLOUR = [
  "match",
  ["get", "state"],
  ...EVENT_STATES.flatMap((state) => [state, STATE_COLOURS[state]]),
  "#9aa7bd",
] as unknown as ExpressionSpecification;

const IS_CLOSED: ExpressionSpecification = ["in", ["get", "state"], ["literal", ["closed", "rejected"]]];

const label = (size: number, colour: string) => ({
  layout: {
    "text-font": FONTS,
    "text-size": size,
    "text-max-width": 9,
  },
  paint: { "text-color": colour, "text-halo-color": GROUND.halo, "text-halo-width": 1.4 },
});

const COUNT: ExpressionSpecification = ["coalesce", ["get", "count"], 1];

/** Dots whose area grows with the number of things gathered in them. */
const dots = (id: string, colour: string, maxzoom: number): Draft => ({
  id,
  type: "circle",
  maxzoom,
  paint: {
    "circle-color": colour,
    "circle-radius": ["min", 14, ["+", 2, ["sqrt", COUNT]]],
    "circle-opacity": 0.75,
    "circle-stroke-color": GROUND.halo,
    "circle-stroke-width": 0.8,
  },
});

const icons = (kind: Kind): Draft[] => [
  dots(`${kind}s-dots`, ICON_COLOURS[kind], ICONS_FROM),
  {
    id: `${kind}s`,
    type: "symbol",
    minzoom: ICONS_FROM,
    layout: {
      "icon-image": kind,
      "icon-size": ["interpolate", ["linear"], ["zoom"], 14, 0.5, 16, 0.85, 18, 1.1],
      "icon-allow-overlap": true,
      "text-field": ["step", ["zoom"], "", 17, ["coalesce", ["get", "name"], ""]],
      "text-font": FONTS,
      "text-size": 12,
      "text-anchor": "top",
      "text-offset": [0, 0.9],
      "text-max-width": 8,
      "text-optional": true,
    },
    paint: {
      "text-color": GROUND.areaText,
      "text-halo-color": GROUND.halo,
      "text-halo-width": 1.4,
    },
  },
];

const DRAFTS: Readonly<Record<LayerName, readonly Draft[]>> = {
  areas: [
    {
      id: "areas-fill",
      type: "fill",
      filter: level("district", "street"),
      paint: { "fill-color": GROUND.district },
    },
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
  ],
  grids: [
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
    {
      id: "grids-label",
      type: "symbol",
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
  ],
  houses: [
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
  ],
  addresses: [
    {
      id: "addresses",
      type: "circle",
      paint: { "circle-color": GROUND.address, "circle-radius": 2.2, "circle-opacity": 0.8 },
    },
  ],
  events: [
    dots("events-gathered", GROUND.gathered, GATHERED_BELOW),
    {
      id: "events",
      type: "circle",
      minzoom: GATHERED_BELOW,
      layout: { "circle-sort-key": ["case", IS_CLOSED, 0, 1] },
      paint: {
        "circle-color": STATE_COLOUR,
        "circle-radius": [
          "interpolate",
          ["linear"],
          ["zoom"],
          GATHERED_BELOW,
          ["case", IS_CLOSED, 1.2, 2.4],
          15,
          ["case", IS_CLOSED, 3, 5.5],
          18,
          ["case", IS_CLOSED, 5, 8],
        ],
        "circle-opacity": ["case", IS_CLOSED, 0.55, 0.95],
        "circle-stroke-color": GROUND.halo,
        "circle-stroke-width": ["case", IS_CLOSED, 0.4, 1.4],
      },
    },
  ],
  pois: icons("poi"),
  cameras: [
    {
      id: "cameras-view",
      type: "symbol",
      minzoom: 15,
      filter: ["has", "azimuth_deg"],
      layout: {
        "icon-image": "view",
        "icon-rotate": ["get", "azimuth_deg"],
        "icon-rotation-alignment": "map",
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "icon-size": ["interpolate", ["exponential", 2], ["zoom"], 15, 0.5, 18, 1.6],
      },
      paint: {},
    },
    ...icons("camera"),
  ],
  centres: icons("centre"),
  workers: icons("worker"),
};

/** Names of areas, drawn above all else; they belong to the areas' switch. */
export function areaLabels(source: string): LayerSpecification[] {
  return [
    {
      id: "areas-label",
      type: "symbol",
      source,
      "source-layer": "areas",
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
}

/** The search's disc, rings, ring names and centre, and the chosen result. */
export const SEARCH_LAYERS: readonly LayerSpecification[] = [
  {
    id: "search-area",
    type: "fill",
    source: SEARCH_SOURCE,
    filter: ["==", ["get", "role"], "area"],
    paint: { "fill-color": GROUND.search, "fill-opacity": 0.07 },
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
