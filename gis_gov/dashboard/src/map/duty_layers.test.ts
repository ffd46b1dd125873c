import { expect, test } from "vitest";
import type { Ground } from "../workers/ground";
import { dutyFeatures, lookedFeatures } from "./duty_layers";

const ground: Ground = {
  route: { type: "LineString", coordinates: [[113.1, 22.9], [113.4, 22.9]] },
  missed: [{ line: [[113.2, 22.9], [113.3, 22.9]], length_m: 320, middle: [113.25, 22.9] }],
  points: [{ number: 1, name: null, lon: 113.1, lat: 22.9, radius_m: 100, state: "missed", at: null }],
};
const names = { part: () => "漏巡", point: () => "1" };

test("a ground is its route, its missed parts by name, and its check points with how near one has to come", () => {
  const { features } = dutyFeatures(ground, names);
  expect(features.map(({ properties }) => properties)).toEqual([
    { role: "route" },
    { role: "missed" },
    { role: "missed-name", name: "漏巡" },
    { role: "reach" },
    { role: "point", state: "missed", name: "1" },
  ]);
  expect(features[2]?.geometry).toEqual({ type: "Point", coordinates: [113.25, 22.9] });
  expect(dutyFeatures(null, names).features).toEqual([]);
});

test("what is looked at is a line, or a place", () => {
  const kinds = (places: [number, number][] | null) => lookedFeatures(places).features.map(({ geometry }) => geometry.type);
  expect(kinds([[113.1, 22.9], [113.2, 22.9]])).toEqual(["LineString"]);
  expect(kinds([[113.1, 22.9]])).toEqual(["Point"]);
  expect(kinds([])).toEqual([]);
  expect(kinds(null)).toEqual([]);
});
