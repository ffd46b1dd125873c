import type { ExpressionSpecification } from "maplibre-gl";
import type { Kind } from "../api/shapes";
import { EVENT_STATES, GROUND, ICON_COLOURS, STATE_COLOURS } from "../theme";
import { FONTS, type Draft } from "./draft";

/** Below it the tiles gather points by cell: a feature has `cell` and `count` and no more. */
export const GATHERED_BELOW = 12;
/** From here on a kind is drawn as icons, before that as dots; and from there on with names. */
const ICONS_FROM: Readonly<Record<Kind, number>> = { centre: 12, worker: 13.5, camera: 15, poi: 15.5 };
const NAMES_FROM: Readonly<Record<Kind, number>> = { centre: 15, worker: 16, camera: 17.5, poi: 17 };

const STATE_COLOUR = [
  "match",
  ["get", "state"],
  ...EVENT_STATES.flatMap((state) => [state, STATE_COLOURS[state]]),
  "#9aa7bd",
] as unknown as ExpressionSpecification;

const IS_CLOSED: ExpressionSpecification = ["in", ["get", "state"], ["literal", ["closed", "rejected"]]];

/** The wedge of a camera's field of view, in steps of 15°: `view-60`; 60° where it is not known. */
const VIEW_IMAGE: ExpressionSpecification = [
  "concat",
  "view-",
  ["to-string", ["max", 15, ["*", 15, ["round", ["/", ["coalesce", ["get", "field_of_view_deg"], 60], 15]]]]],
];

const COUNT: ExpressionSpecification = ["coalesce", ["get", "count"], 1];

/** Dots whose area grows with the number of things gathered in them. */
const dots = (id: string, colour: string, maxzoom: number): Draft => ({
  id,
  type: "circle",
  maxzoom,
  paint: {
    "circle-color": colour,
    "circle-radius": ["min", 10, ["+", 2.8, ["*", 0.6, ["sqrt", ["-", COUNT, 1]]]]],
    "circle-opacity": 0.75,
    "circle-stroke-color": GROUND.halo,
    "circle-stroke-width": 0.8,
  },
});

const icons = (kind: Kind): Draft[] => [
  dots(`${kind}s-dots`, ICON_COLOURS[kind], ICONS_FROM[kind]),
  {
    id: `${kind}s`,
    type: "symbol",
    minzoom: ICONS_FROM[kind],
    layout: {
      "icon-image": kind,
      "icon-size": ["interpolate", ["linear"], ["zoom"], 12, 0.6, 16, 0.85, 18, 1.1],
      "icon-allow-overlap": true,
      "text-field": ["step", ["zoom"], "", NAMES_FROM[kind], ["coalesce", ["get", "name"], ""]],
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

/** Closed events: small and faint, below all that still wants someone's care. */
export const CLOSED_EVENTS: readonly Draft[] = [
  dots("events-gathered", GROUND.gathered, GATHERED_BELOW),
  {
    id: "events-closed",
    type: "circle",
    minzoom: GATHERED_BELOW,
    filter: IS_CLOSED,
    paint: {
      "circle-color": STATE_COLOUR,
      "circle-radius": ["interpolate", ["linear"], ["zoom"], GATHERED_BELOW, 1.2, 15, 2.6, 18, 5],
      "circle-opacity": 0.55,
    },
  },
];

/** Open events, by state. */
export const OPEN_EVENTS: readonly Draft[] = [
  {
    id: "events",
    type: "circle",
    minzoom: GATHERED_BELOW,
    filter: ["!", IS_CLOSED],
    paint: {
      "circle-color": STATE_COLOUR,
      "circle-radius": ["interpolate", ["linear"], ["zoom"], GATHERED_BELOW, 2.6, 15, 6, 18, 9],
      "circle-stroke-color": GROUND.halo,
      "circle-stroke-width": 1.4,
    },
  },
];

/** Resources and workers by kind; cameras with the way they look. */
export const RESOURCES: Readonly<Record<Kind, readonly Draft[]>> = {
  poi: icons("poi"),
  camera: [
    {
      id: "cameras-view",
      type: "symbol",
      minzoom: 15,
      filter: ["has", "azimuth_deg"],
      layout: {
        "icon-image": VIEW_IMAGE,
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
  centre: icons("centre"),
  worker: icons("worker"),
};
