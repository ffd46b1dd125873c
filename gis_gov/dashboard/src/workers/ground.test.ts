import { expect, test } from "vitest";
import type { Judgement, RuleWhole } from "../api/duties";
import { boundsOf, cornersOf, groundAsked, groundOf } from "./ground";

const rule: RuleWhole = {
  code: "river",
  version: 2,
  name: "巡河",
  workers_min: 1,
  points: [
    { number: 1, name: "桥头", lon: 113.1, lat: 22.9, radius_m: 50 },
    { number: 2, name: null, lon: 113.2, lat: 22.9, radius_m: 50 },
    { number: 3, name: null, lon: 113.3, lat: 22.9, radius_m: 50 },
  ],
  geometry: { type: "LineString", coordinates: [[113.1, 22.9], [113.4, 22.9]] },
};
const judgement: Judgement = {
  patrol: "W1-20260105-1",
  rule,
  object: { kind: "route", code: null },
  is_enough: false,
  is_alternate: false,
  duration_s: 600,
  valid_mileage_m: 700,
  coverage: 0.5,
  reasons: [
    { code: "points_missed", told: [2], wanted: null },
    { code: "points_out_of_order", told: [3], wanted: null },
  ],
  points: [
    { number: 1, at: "2026-01-05T09:00:00+08:00" },
    { number: 2, at: null },
    { number: 3, at: null },
  ],
  missed: { type: "MultiLineString", coordinates: [[[113.2, 22.9], [113.21, 22.9]], [[113.3, 22.9], [113.31, 22.9], [113.34, 22.9]]] },
  task: null,
  task_reasons: [],
};

test("each missed part has its length, and its middle lies on it", () => {
  const [first, second] = groundOf(judgement, rule).missed;
  expect(first?.length_m).toBeGreaterThan(1020);
  expect(first?.length_m).toBeLessThan(1031);
  expect(first?.middle[0]).toBeCloseTo(113.205, 6);
  expect(second?.middle[0]).toBeCloseTo(113.32, 6);
  expect(second?.middle[1]).toBeCloseTo(22.9, 9);
});

test("a check point that was reached at the wrong time was not missed", () => {
  expect(groundOf(judgement, rule).points.map(({ number, state }) => [number, state])).toEqual([
    [1, "reached"],
    [2, "missed"],
    [3, "disorder"],
  ]);
});

test("without the rule the missed parts are known, and no places of points", () => {
  const { route, missed, points } = groundOf(judgement, null);
  expect([route, missed.length, points]).toEqual([null, 2, []]);
  expect(groundOf({ ...judgement, missed: null }, null).missed).toEqual([]);
});

test("of what nobody went yet all points are asked for", () => {
  const { missed, points } = groundAsked(rule);
  expect(missed).toEqual([]);
  expect(new Set(points.map(({ state }) => state))).toEqual(new Set(["asked"]));
});

test("all of it is to be in view", () => {
  expect(boundsOf(cornersOf(groundOf(judgement, rule)))).toEqual([113.1, 22.9, 113.4, 22.9]);
  expect(boundsOf([])).toBeNull();
});
