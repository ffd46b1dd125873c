import type { FeatureCollection, Position } from "geojson";
import { Geodesic } from "geographiclib-geodesic";
import type { LonLat } from "../api/shapes";

/** Where the rings of a nearby search end, in metres. */
export const RING_ENDS_M = [500, 1000, 2000] as const;
const SIDES = 90;

/** The point at a geodesic distance and bearing from another. */
export function destination([lon, lat]: LonLat, distanceM: number, bearingDeg: number): Position {
  const end = Geodesic.WGS84.Direct(lat, lon, bearingDeg, distanceM);
  return [end.lon2 ?? lon, end.lat2 ?? lat];
}

/** A closed ring of positions at a geodesic distance, anticlockwise as RFC 7946 asks. */
export function circle(centre: LonLat, radiusM: number): Position[] {
  const ring = Array.from({ length: SIDES }, (_, side) => destination(centre, radiusM, (-360 * side) / SIDES));
  const [first] = ring;
  return first ? [...ring, first] : ring;
}

/** The search as map features: `area` (the disc), `ring` lines with `end_m`, `label` points, `centre`. */
export function searchFeatures(centre: LonLat | null, radiusM: number): FeatureCollection {
  if (!centre) return { type: "FeatureCollection", features: [] };
  const ends = [...RING_ENDS_M.filter((end) => end < radiusM), ...(radiusM > 0 ? [radiusM] : [])];
  return {
    type: "FeatureCollection",
    features: [
      ...(radiusM > 0
        ? [feature("area", { type: "Polygon" as const, coordinates: [circle(centre, radiusM)] }, radiusM)]
        : []),
      ...ends.map((end) => feature("ring", { type: "LineString", coordinates: circle(centre, end) }, end)),
      ...ends.map((end) => feature("label", { type: "Point", coordinates: destination(centre, end, 0) }, end)),
      feature("centre", { type: "Point", coordinates: [...centre] }, 0),
    ],
  };
}

function feature(
  role: string,
  geometry: FeatureCollection["features"][number]["geometry"],
  endM: number,
): FeatureCollection["features"][number] {
  return { type: "Feature", geometry, properties: { role, end_m: endM } };
}
