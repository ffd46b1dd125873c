import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification } from "maplibre-gl";
import type { Fence } from "../api/fences";
import { FENCE_KINDS, fenceKind } from "../fences/fence_words";
import { FENCE_COLOURS, GROUND } from "../theme";
import { FONTS, type Draft } from "./draft";

/** Geofences: fed by the page, with the code of each as its id. */
export const FENCES_SOURCE = "fences";
const NAMES_FROM = 13;

const COLOUR = [
  "match",
  ["get", "purpose"],
  ...FENCE_KINDS.flatMap((kind) => [kind, FENCE_COLOURS[kind]]),
  FENCE_COLOURS.watched,
] as unknown as ExpressionSpecification;
const IS_ACTIVE: ExpressionSpecification = ["get", "is_active"];
const IS_LINE: ExpressionSpecification = ["==", ["geometry-type"], "LineString"];

/** Geofences by what they are for: their faces, borders and names. */
export const FENCE_DRAFTS: readonly Draft[] = [
  {
    id: "fences-fill",
    type: "fill",
    filter: ["!", IS_LINE],
    paint: { "fill-color": COLOUR, "fill-opacity": ["case", IS_ACTIVE, 0.12, 0.04] },
  },
  {
    id: "fences-line",
    type: "line",
    layout: { "line-join": "round" },
    paint: {
      "line-color": COLOUR,
      "line-width": ["case", IS_LINE, 5, 2],
      "line-opacity": ["case", IS_ACTIVE, 0.95, 0.4],
      "line-dasharray": [6, 1.5, 1.5, 1.5],
    },
  },
  {
    id: "fences-name",
    type: "symbol",
    minzoom: NAMES_FROM,
    layout: {
      "text-field": ["get", "name"],
      "text-font": FONTS,
      "text-size": 12,
      "text-max-width": 9,
      "text-padding": 3,
    },
    paint: { "text-color": COLOUR, "text-halo-color": GROUND.halo, "text-halo-width": 1.8 },
  },
];

/** Fences as map features, as far as they have a shape. */
export function fenceFeatures(fences: readonly Fence[]): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: fences.flatMap((fence) => {
      const { code, name, geometry, is_active } = fence;
      if (!geometry) return [];
      return [{ type: "Feature" as const, geometry, properties: { code, name, purpose: fenceKind(fence), is_active } }];
    }),
  };
}
