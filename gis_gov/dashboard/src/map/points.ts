import type { ExpressionSpecification } from "maplibre-gl";
import type { Kind } from "../api/shapes";
import { CLOSED_STATES, EVENT_STATES, GROUND, ICON_COLOURS, STATE_COLOURS } from "../theme";
import { FONTS, type Draft } from "./draft";
import { WORKER_DRAFTS, WORKERS_FAR } from "./worker_layers";

/** What stays where it is. */
type Still = Exclude<Kind, "worker">;

/** Below it the tiles gather points by cell: a feature has `cell` and `count` and no more. */
export const GATHERED_BELOW = 12;
/** From here on a kind is drawn as icons, before that as dots; and from there on with names. */
const ICONS_FROM: Readonly<Record<Still, number>> = { centre: 13.5, camera: 16, poi: 16.5 };
const NAMES_FROM: Readonly<Record<Still, number>> = { centre: 14.5, camera: 17.5, poi: 17 };
/** From here on names have the room to make way for events. */
const EVENTS_PLACED_FROM = 13.5;
/** The kinds that are too many for each to have an icon: one without the room for it stays a dot. */
const CROWDS: readonly Still[] = ["camera", "poi"];

const IS_CLOSED: ExpressionSpecification = ["in", ["get", "state"], ["literal", [...CLOSED_STATES]]];

const byState = (value: (state: (typeof EVENT_STATES)[number]) => string | number, rest: string | number) =>
  [
    "match",
    ["get", "state"],
    ...EVENT_STATES.flatMap((state) => [state, value(state)]),
    rest,
  ] as unknown as ExpressionSpecification;

/** The wedge of a camera's field of view, in steps of 15°: `view-60`; 60° where it is not known. */
const VIEW_IMAGE: ExpressionSpecification = [
  "concat",
  "view-",
  ["to-string", ["max", 15, ["*", 15, ["round", ["/", ["coalesce", ["get", "field_of_view_deg"], 60], 15]]]]],
];

const dots = (kind: Still): Draft => ({
  id: `${kind}s-dots`,
  type: "circle",
  ...(CROWDS.includes(kind) ? {} : { maxzoom: ICONS_FROM[kind] }),
  paint: {
    "circle-color": ICON_COLOURS[kind],
    "circle-radius": ["interpolate", ["linear"], ["zoom"], GATHERED_BELOW, 1.4, 15, 2.6, 18, 4],
    "circle-opacity": ["interpolate", ["linear"], ["zoom"], GATHERED_BELOW, 0.55, 16, 0.85],
  },
});

const icons = (kind: Still): Draft[] => [
  dots(kind),
  {
    id: `${kind}s`,
    type: "symbol",
    minzoom: ICONS_FROM[kind],
    layout: {
      "icon-image": kind,
      "icon-size": ["interpolate", ["linear"], ["zoom"], 13.5, 0.55, 16, 0.8, 18, 1.1],
      "icon-allow-overlap": !CROWDS.includes(kind),
      "icon-padding": 0,
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

const COUNT: ExpressionSpecification = ["coalesce", ["get", "count"], 1];

/** Faint dots whose area grows with the number of things gathered in them. */
const gathered = (id: string, colour: string): Draft[] => [
  {
    id,
    type: "circle",
    maxzoom: GATHERED_BELOW,
    paint: {
      "circle-color": colour,
      "circle-radius": ["min", 5, ["+", 1.2, ["*", 0.2, ["sqrt", ["-", COUNT, 1]]]]],
      "circle-opacity": 0.45,
    },
  },
];

/** What there is of each kind far out. */
export const GATHERED = [
  ["events", gathered("events-gathered", GROUND.gathered)],
  ["pois", gathered("pois-gathered", ICON_COLOURS.poi)],
  ["cameras", gathered("cameras-gathered", ICON_COLOURS.camera)],
  ["workers", WORKERS_FAR],
  ["centres", gathered("centres-gathered", ICON_COLOURS.centre)],
] as const satisfies readonly (readonly [string, readonly Draft[]])[];

/** The radius of a closed event's dot, larger where it stands for several that are near each other. */
const closedRadius = (radius: number): ExpressionSpecification => [
  "min",
  5,
  ["+", radius, ["*", 0.2, ["sqrt", ["-", COUNT, 1]]]],
];

/** Closed events: small and faint, below all that still wants someone's care. */
export const CLOSED_EVENTS: readonly Draft[] = [
  {
    id: "events-closed",
    type: "circle",
    filter: IS_CLOSED,
    paint: {
      "circle-color": byState((state) => STATE_COLOURS[state], GROUND.address),
      "circle-radius": [
        "interpolate",
        ["linear"],
        ["zoom"],
        ...[GATHERED_BELOW, closedRadius(0.9), 15, closedRadius(2), 18, closedRadius(4)],
      ],
      "circle-opacity": 0.5,
    },
  },
];

/** Open events by state, those that wait longest for a hand on top. */
export const OPEN_EVENTS: readonly Draft[] = [
  {
    id: "events",
    type: "symbol",
    filter: ["!", IS_CLOSED],
    layout: {
      "icon-image": ["concat", "event-", ["get", "state"]],
      "icon-size": ["interpolate", ["linear"], ["zoom"], GATHERED_BELOW, 0.4, 15, 0.8, 18, 1.15],
      "icon-allow-overlap": true,
      "icon-ignore-placement": ["step", ["zoom"], true, EVENTS_PLACED_FROM, false],
      "icon-padding": 0,
      "symbol-sort-key": byState((state) => -EVENT_STATES.indexOf(state), -EVENT_STATES.length),
    },
    paint: {},
  },
];

/** Resources and workers by kind; cameras with the way they look. */
export const RESOURCES: Readonly<Record<Kind, readonly Draft[]>> = {
  poi: icons("poi"),
  camera: [
    {
      id: "cameras-view",
      type: "symbol",
      minzoom: ICONS_FROM.camera,
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
  worker: WORKER_DRAFTS,
};
