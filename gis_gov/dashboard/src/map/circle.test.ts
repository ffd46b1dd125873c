import { Geodesic } from "geographiclib-geodesic";
import { describe, expect, it } from "vitest";
import { circle, destination, searchFeatures } from "./circle";

const PANYU = [113.3512, 22.943] as const;

/** Twice the signed area of a ring: positive where it runs anticlockwise. */
function turn(ring: number[][]): number {
  return ring.slice(1).reduce((sum, [x = 0, y = 0], before) => {
    const [x0 = 0, y0 = 0] = ring[before] ?? [];
    return sum + (x0 * y - x * y0);
  }, 0);
}

describe("destination", () => {
  it("goes north by a known length of the meridian", () => {
    // One minute of arc along the meridian at 45° N is 1852.2 m on the WGS 84 ellipsoid.
    const [lon, lat] = destination([9, 45], 1852.2, 0);
    expect(lon).toBeCloseTo(9, 9);
    expect(lat).toBeCloseTo(45 + 1 / 60, 5);
  });
});

describe("circle", () => {
  it("is closed, anticlockwise and everywhere at its radius", () => {
    const ring = circle(PANYU, 2000);
    expect(ring.at(-1)).toEqual(ring[0]);
    expect(turn(ring)).toBeGreaterThan(0);
    for (const [lon = 0, lat = 0] of ring) {
      expect(Geodesic.WGS84.Inverse(PANYU[1], PANYU[0], lat, lon).s12).toBeCloseTo(2000, 6);
    }
  });
});

describe("searchFeatures", () => {
  const roles = (radiusM: number) =>
    searchFeatures(PANYU, radiusM).features.map(
      (feature) => `${String(feature.properties?.role)} ${String(feature.properties?.end_m)}`,
    );

  it("draws the rings within the radius and the radius itself", () => {
    expect(roles(1200)).toEqual([
      "area 1200",
      "ring 500",
      "ring 1000",
      "ring 1200",
      "label 500",
      "label 1000",
      "label 1200",
      "centre 0",
    ]);
  });

  it("draws a ring that is the radius once", () => {
    expect(roles(500)).toEqual(["area 500", "ring 500", "label 500", "centre 0"]);
  });

  it("draws the centre alone at radius 0, and nothing without a centre", () => {
    expect(roles(0)).toEqual(["centre 0"]);
    expect(searchFeatures(null, 1000).features).toEqual([]);
  });
});
