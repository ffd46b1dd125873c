import { expect, test } from "vitest";
import { positions } from "./positions";

test("positions of every kind of geometry are found", () => {
  const found = positions({
    type: "FeatureCollection",
    features: [
      { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [1, 2] } },
      {
        type: "Feature",
        properties: {},
        geometry: {
          type: "GeometryCollection",
          geometries: [
            { type: "LineString", coordinates: [[3, 4], [5, 6]] },
            { type: "MultiPolygon", coordinates: [[[[7, 8], [9, 8], [9, 9], [7, 8]]]] },
          ],
        },
      },
    ],
  });
  expect([...found]).toEqual([[1, 2], [3, 4], [5, 6], [7, 8], [9, 8], [9, 9], [7, 8]]);
});
