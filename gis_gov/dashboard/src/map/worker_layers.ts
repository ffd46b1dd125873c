import type { ExpressionSpecification, SourceSpecification } from "maplibre-gl";
import { GROUND, STANDING_COLOURS } from "../theme";
import { STANDINGS, type Standing } from "../workers/standing";
import { FONTS, type Draft } from "./draft";

/** Where workers are now: fed by the live stream, with the code of each as its id. */
export const WORKERS_SOURCE = "workers-live";
export const WORKERS: SourceSpecification = {
  type: "geojson",
  data: { type: "FeatureCollection", features: [] },
  promoteId: "code",
};

/** The lowest style layer of workers near by. */
export const WORKERS_FOOT = "workers-dots";
const ICONS_FROM = 14;
const CODES_FROM = 15;
const NAMES_FROM = 16;

const byStanding = (value: (standing: Standing) => string | number, rest: string | number) =>
  [
    "match",
    ["get", "standing"],
    ...STANDINGS.flatMap((standing) => [standing, value(standing)]),
    rest,
  ] as unknown as ExpressionSpecification;

const COLOUR = byStanding((standing) => STANDING_COLOURS[standing], STANDING_COLOURS.offline);
/** Of whom nobody hears there is no more than a ring. */
const FILL = byStanding((standing) => (standing === "offline" ? GROUND.halo : STANDING_COLOURS[standing]), GROUND.halo);
const EDGE = byStanding((standing) => (standing === "offline" ? STANDING_COLOURS.offline : GROUND.halo), GROUND.halo);
/** Who is heard of lies on the others, and who is not where he should be on all. */
const TOP: readonly Standing[] = ["outside", "on_shift", "idle", "offline", "off_shift"];
const ORDER = byStanding((standing) => -TOP.indexOf(standing), -TOP.length);
const CODE: ExpressionSpecification = ["get", "code"];
const NAME_AND_CODE: ExpressionSpecification = [
  "case",
  ["has", "name"],
  ["concat", ["get", "name"], "\n", ["get", "code"]],
  CODE,
];

/** Workers by how they stand: dots, from near on signs of different shapes with their codes and names. */
export const WORKER_DRAFTS: readonly Draft[] = [
  {
    id: WORKERS_FOOT,
    type: "circle",
    maxzoom: ICONS_FROM,
    layout: { "circle-sort-key": ORDER },
    paint: {
      "circle-color": FILL,
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 12, 2.2, 14, 3.4],
      "circle-opacity": 0.9,
      "circle-stroke-color": EDGE,
      "circle-stroke-width": byStanding((standing) => (standing === "offline" ? 1.4 : 0.6), 0.6),
    },
  },
  {
    id: "workers",
    type: "symbol",
    minzoom: ICONS_FROM,
    layout: {
      "icon-image": ["concat", "worker-", ["get", "standing"]],
      "icon-size": ["interpolate", ["linear"], ["zoom"], 13.5, 0.55, 16, 0.8, 18, 1.1],
      "icon-allow-overlap": true,
      "icon-padding": 0,
      "symbol-sort-key": ORDER,
      "text-field": ["step", ["zoom"], "", CODES_FROM, CODE, NAMES_FROM, NAME_AND_CODE],
      "text-font": FONTS,
      "text-size": 12,
      "text-anchor": "top",
      "text-offset": [0, 0.9],
      "text-max-width": 12,
      "text-optional": true,
    },
    paint: {
      "text-color": GROUND.areaText,
      "text-halo-color": GROUND.halo,
      "text-halo-width": 1.4,
    },
  },
];

/** Far out, where the switch of totals lets points be seen. */
export const WORKERS_FAR: readonly Draft[] = [
  {
    id: "workers-gathered",
    type: "circle",
    maxzoom: 12,
    layout: { "circle-sort-key": ORDER },
    paint: { "circle-color": COLOUR, "circle-radius": 1.4, "circle-opacity": 0.6 },
  },
];
