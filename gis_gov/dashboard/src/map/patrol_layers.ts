import type { FeatureCollection } from "geojson";
import type { LayerSpecification } from "maplibre-gl";
import type { PatrolWhole } from "../api/patrols";
import { counting, type Fixes } from "../api/fixes";
import type { LonLat } from "../api/shapes";
import { lonLatOf } from "./plane";
import { GROUND, WAY } from "../theme";
import { boundsOf } from "../workers/ground";
import { rejectedRuns, trackOfFixes } from "../workers/profile";
import { FONTS } from "./draft";

export const PATROL_SOURCE = "patrol";
/** The place of the way that is looked at: apart, since it moves. */
export const POINTED_SOURCE = "patrol-pointed";
const REASONS_FROM = 13;

/** The way of the chosen patrol, its ends, stays and gaps, and the fixes that don't count. */
export const PATROL_LAYERS: readonly LayerSpecification[] = [
  {
    id: "patrol-edge",
    type: "line",
    source: PATROL_SOURCE,
    filter: ["==", ["get", "role"], "way"],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": GROUND.halo, "line-width": 7, "line-opacity": 0.8 },
  },
  {
    id: "patrol-way",
    type: "line",
    source: PATROL_SOURCE,
    filter: ["==", ["get", "role"], "way"],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": WAY.line, "line-width": 3.5 },
  },
  {
    id: "patrol-gaps",
    type: "line",
    source: PATROL_SOURCE,
    filter: ["==", ["get", "role"], "gap"],
    paint: { "line-color": WAY.gap, "line-width": 2, "line-dasharray": [2, 2] },
  },
  {
    id: "patrol-rejected",
    type: "circle",
    source: PATROL_SOURCE,
    filter: ["==", ["get", "role"], "rejected"],
    paint: {
      "circle-color": GROUND.halo,
      "circle-radius": 4,
      "circle-stroke-color": WAY.rejected,
      "circle-stroke-width": 2,
    },
  },
  {
    id: "patrol-reasons",
    type: "symbol",
    source: PATROL_SOURCE,
    minzoom: REASONS_FROM,
    filter: ["has", "reason"],
    layout: {
      "text-field": ["get", "reason"],
      "text-font": FONTS,
      "text-size": 11,
      "text-anchor": "top",
      "text-offset": [0, 0.6],
    },
    paint: { "text-color": WAY.rejected, "text-halo-color": GROUND.halo, "text-halo-width": 1.4 },
  },
  {
    id: "patrol-points",
    type: "circle",
    source: PATROL_SOURCE,
    filter: ["in", ["get", "role"], ["literal", ["begin", "end", "stay"]]],
    paint: {
      "circle-color": ["match", ["get", "role"], "begin", WAY.begin, "end", WAY.end, WAY.stay],
      "circle-radius": ["match", ["get", "role"], "stay", 5, 6.5],
      "circle-stroke-color": GROUND.halo,
      "circle-stroke-width": 2,
    },
  },
  {
    id: "patrol-pointed",
    type: "circle",
    source: POINTED_SOURCE,
    paint: {
      "circle-color": WAY.line,
      // What it points at is seen through it.
      "circle-opacity": 0.3,
      "circle-radius": 9,
      "circle-stroke-color": WAY.pointed,
      "circle-stroke-width": 3,
    },
  },
];

/**
 * A patrol as map features: its `way`, where it has a `begin` and an `end`, and each `stay`; with its
 * fixes each `gap`, and those that are `rejected`, the first of several with the reason in words.
 */
export function patrolFeatures(
  patrol: PatrolWhole | null,
  fixes: Fixes | null = null,
  nameReason: (reason: string) => string = String,
): FeatureCollection {
  const features: FeatureCollection["features"] = [];
  const point = (role: string, coordinates: number[] | undefined, more: object = {}): void => {
    if (!coordinates) return;
    features.push({ type: "Feature", geometry: { type: "Point", coordinates }, properties: { role, ...more } });
  };
  if (patrol?.line) features.push({ type: "Feature", geometry: patrol.line, properties: { role: "way" } });
  if (patrol && fixes) {
    features.push(...gapFeatures(fixes));
    const runs = new Map(rejectedRuns(fixes).map((run) => [run.fromS, nameReason(run.reason)]));
    fixes.reasons.forEach((reason, row) => {
      if (reason === "") return;
      const named = runs.get(fixes.timesS[row] ?? NaN);
      point("rejected", [fixes.lons[row] ?? NaN, fixes.lats[row] ?? NaN], named === undefined ? {} : { reason: named });
    });
  }
  for (const { lon, lat } of patrol?.stays ?? []) point("stay", [lon, lat]);
  point("begin", patrol?.line?.coordinates[0]?.[0]);
  point("end", patrol?.line?.coordinates.at(-1)?.at(-1));
  return { type: "FeatureCollection", features };
}

function gapFeatures(fixes: Fixes): FeatureCollection["features"] {
  const { xs, ys, isGap } = trackOfFixes(counting(fixes));
  const place = (row: number) => lonLatOf(xs[row] ?? NaN, ys[row] ?? NaN);
  return Array.from(isGap.keys())
    .filter((row) => isGap[row] === 1)
    .map((row) => ({
      type: "Feature",
      geometry: { type: "LineString", coordinates: [place(row), place(row + 1)] },
      properties: { role: "gap" },
    }));
}

/** West, south, east and north of a patrol's way and stays, and of other places; null if there are none. */
export function patrolBounds(
  patrol: PatrolWhole,
  others: readonly LonLat[] = [],
): [number, number, number, number] | null {
  return boundsOf([
    ...(patrol.line?.coordinates.flat() ?? []).map(([lon = NaN, lat = NaN]): LonLat => [lon, lat]),
    ...patrol.stays.map(({ lon, lat }): LonLat => [lon, lat]),
    ...others,
  ]);
}
