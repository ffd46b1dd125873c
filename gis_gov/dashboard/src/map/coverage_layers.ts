import type { ExpressionSpecification } from "maplibre-gl";
import { COVERED_FROM_DAYS } from "../coverage/coverage_cells";
import { COVERED_COLOURS } from "../theme";
import type { Draft } from "./draft";

/** The cells of a place by how often they were walked: fed by the page. */
export const COVERAGE_SOURCE = "coverage";

const COLOUR = [
  "match",
  ["get", "class"],
  ...COVERED_FROM_DAYS.flatMap((_, order) => [order, COVERED_COLOURS[order]]),
  COVERED_COLOURS[0],
] as unknown as ExpressionSpecification;

/** Hexagons: those that nobody walked stand out. */
export const COVERAGE_DRAFTS: readonly Draft[] = [
  {
    id: "coverage-fill",
    type: "fill",
    paint: {
      "fill-color": COLOUR,
      "fill-opacity": ["match", ["get", "class"], 0, 0.5, 0.4],
      "fill-antialias": false,
    },
  },
];
