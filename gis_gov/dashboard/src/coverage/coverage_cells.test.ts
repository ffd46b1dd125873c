import { expect, test } from "vitest";
import { classOf, classWords, COVERED_FROM_DAYS, coverageFeatures } from "./coverage_cells";

test("days are gathered in classes, and none is one of its own", () => {
  expect([0, 1, 2, 3, 7, 8, 90].map(classOf)).toEqual([0, 1, 1, 2, 2, 3, 3]);
  expect(COVERED_FROM_DAYS.map((_, order) => classWords(order))).toEqual(["0", "1–2", "3–7", "8+"]);
});

test("a cell is drawn by its class", () => {
  const geometry = { type: "Polygon" as const, coordinates: [[[113, 23], [113.1, 23], [113, 23.1], [113, 23]]] };
  const cell = { type: "Feature" as const, geometry, properties: { cell: "8b", grid: null, days: 4 } };
  expect(coverageFeatures([cell]).features).toEqual([{ type: "Feature", geometry, properties: { class: 2 } }]);
});
