import type { Feature, FeatureCollection } from "geojson";
import type { LayerSpecification } from "maplibre-gl";
import type { LonLat } from "../api/shapes";
import { DUTY, GROUND } from "../theme";
import type { Ground, MissedPart, PointSeen } from "../workers/ground";
import { circle } from "./circle";
import { FONTS } from "./draft";

export const DUTY_SOURCE = "duty";
/** The part that is looked at: apart, since it changes by each click. */
export const LOOKED_SOURCE = "duty-looked";
const NAMES_FROM = 13;

/** Where a rule asks to go: the route, its missed parts as a band with dashes, and check points by their shapes. */
export const DUTY_LAYERS: readonly LayerSpecification[] = [
  {
    id: "duty-reach",
    type: "line",
    source: DUTY_SOURCE,
    filter: ["==", ["get", "role"], "reach"],
    paint: { "line-color": DUTY.asked, "line-width": 1, "line-opacity": 0.7, "line-dasharray": [3, 2] },
  },
  {
    id: "duty-route",
    type: "line",
    source: DUTY_SOURCE,
    filter: ["==", ["get", "role"], "route"],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": DUTY.asked, "line-width": 2.5, "line-dasharray": [0.2, 2.2] },
  },
  {
    id: "duty-missed",
    type: "line",
    source: DUTY_SOURCE,
    filter: ["==", ["get", "role"], "missed"],
    layout: { "line-join": "round" },
    paint: { "line-color": DUTY.missed, "line-width": 9 },
  },
  {
    id: "duty-missed-dashes",
    type: "line",
    source: DUTY_SOURCE,
    filter: ["==", ["get", "role"], "missed"],
    paint: { "line-color": DUTY.dash, "line-width": 3, "line-dasharray": [2, 1.6] },
  },
];

/** Signs and names, above the way that was gone. */
export const DUTY_SIGNS: readonly LayerSpecification[] = [
  {
    id: "duty-looked-line",
    type: "line",
    source: LOOKED_SOURCE,
    filter: ["==", ["geometry-type"], "LineString"],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": DUTY.dash, "line-gap-width": 12, "line-width": 2.5 },
  },
  {
    id: "duty-looked-point",
    type: "circle",
    source: LOOKED_SOURCE,
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 17,
      "circle-opacity": 0,
      "circle-stroke-color": DUTY.dash,
      "circle-stroke-width": 3,
    },
  },
  {
    id: "duty-missed-names",
    type: "symbol",
    source: DUTY_SOURCE,
    minzoom: NAMES_FROM,
    filter: ["==", ["get", "role"], "missed-name"],
    layout: {
      "text-field": ["get", "name"],
      "text-font": FONTS,
      "text-size": 13,
      "text-anchor": "left",
      // Beside the band, whichever way it leads.
      "text-offset": [0.8, -0.9],
      "text-allow-overlap": true,
    },
    paint: { "text-color": DUTY.name, "text-halo-color": GROUND.halo, "text-halo-width": 2 },
  },
  {
    id: "duty-points",
    type: "symbol",
    source: DUTY_SOURCE,
    filter: ["==", ["get", "role"], "point"],
    layout: {
      "icon-image": ["concat", "duty-", ["get", "state"]],
      "icon-allow-overlap": true,
      "icon-ignore-placement": true,
      "icon-size": ["interpolate", ["linear"], ["zoom"], 12, 0.6, 15, 1],
      "text-field": ["step", ["zoom"], "", NAMES_FROM, ["get", "name"]],
      "text-font": FONTS,
      "text-size": 12,
      "text-anchor": "top",
      "text-offset": [0, 1.1],
      "text-optional": true,
    },
    paint: { "text-color": GROUND.areaText, "text-halo-color": GROUND.halo, "text-halo-width": 1.4 },
  },
];

/** How parts and check points are called. */
export interface DutyNames {
  part(part: MissedPart): string;
  point(point: PointSeen): string;
}

/**
 * A ground as map features: its `route`, each `missed` part and its `missed-name`, and each check
 * `point` with its `reach`.
 */
export function dutyFeatures(ground: Ground | null, names: DutyNames): FeatureCollection {
  if (!ground) return { type: "FeatureCollection", features: [] };
  const features: Feature[] = [];
  if (ground.route) features.push({ type: "Feature", geometry: ground.route, properties: { role: "route" } });
  for (const part of ground.missed) {
    features.push(line(part.line, { role: "missed" }), point(part.middle, { role: "missed-name", name: names.part(part) }));
  }
  for (const each of ground.points) {
    const place: LonLat = [each.lon, each.lat];
    const reach = { type: "LineString" as const, coordinates: circle(place, each.radius_m) };
    features.push({ type: "Feature", geometry: reach, properties: { role: "reach" } });
    features.push(point(place, { role: "point", state: each.state, name: names.point(each) }));
  }
  return { type: "FeatureCollection", features };
}

/** What is looked at as a map feature: a line, or a single place. */
export function lookedFeatures(places: readonly LonLat[] | null): FeatureCollection {
  const [first, ...others] = places ?? [];
  if (!first) return { type: "FeatureCollection", features: [] };
  return { type: "FeatureCollection", features: [others.length > 0 ? line([first, ...others], {}) : point(first, {})] };
}

function line(places: readonly LonLat[], properties: Record<string, string>): Feature {
  return { type: "Feature", geometry: { type: "LineString", coordinates: places.map((place) => [...place]) }, properties };
}

function point(place: LonLat, properties: Record<string, string>): Feature {
  return { type: "Feature", geometry: { type: "Point", coordinates: [...place] }, properties };
}
