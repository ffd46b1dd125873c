import { expect, test } from "vitest";
import type { Fixes } from "../api/fixes";
import type { PatrolWhole } from "../api/patrols";
import { patrolBounds, patrolFeatures } from "./patrol_layers";

const patrol: PatrolWhole = {
  code: "W1-20260105-1",
  worker: { code: "W1", name: null },
  kind: "patrol",
  state: "ended",
  begins_at: "2026-01-05T08:30:00+08:00",
  ends_at: "2026-01-05T10:02:10+08:00",
  mileage_m: 0,
  valid_mileage_m: 0,
  duration_s: 0,
  stay_s: 0,
  gap_s: 0,
  fixes: 0,
  rejected: 0,
  own_grid_share: null,
  version: 1,
  stays: [{ begins_at: "", ends_at: "", lon: 113.5, lat: 22.5 }],
  gaps: [],
  grids: [],
  line: { type: "MultiLineString", coordinates: [[[113.1, 22.9], [113.2, 22.8]], [[113.3, 22.7], [113.4, 22.6]]] },
};
const roles = (of: PatrolWhole | null) => patrolFeatures(of).features.map(({ properties }) => String(properties?.role));

test("a patrol is drawn with its ends and stays", () => {
  expect(roles(patrol)).toEqual(["way", "stay", "begin", "end"]);
  const [, , begin, end] = patrolFeatures(patrol).features;
  expect(begin?.geometry).toEqual({ type: "Point", coordinates: [113.1, 22.9] });
  expect(end?.geometry).toEqual({ type: "Point", coordinates: [113.4, 22.6] });
});

test("one without a line has its stays, and none has nothing", () => {
  expect(roles({ ...patrol, line: null })).toEqual(["stay"]);
  expect(roles(null)).toEqual([]);
});

test("with its fixes it has gaps, and what does not count with the reasons in words", () => {
  const fixes: Fixes = {
    timesS: Float64Array.of(0, 10, 20, 30, 500),
    lons: Float64Array.of(113.1, 114, 114, 113.1, 113.2),
    lats: Float64Array.of(22.9, 24, 24, 22.9, 22.9),
    reasons: ["", "jump", "jump", "", ""],
    accuraciesM: [5, 5, 5, 5, 5],
  };
  const { features } = patrolFeatures(patrol, fixes, (reason) => reason.toUpperCase());
  expect(features.map(({ properties }) => [String(properties?.role), properties?.reason as unknown])).toEqual([
    ["way", undefined],
    ["gap", undefined],
    ["rejected", "JUMP"],
    ["rejected", undefined],
    ["stay", undefined],
    ["begin", undefined],
    ["end", undefined],
  ]);
  const { geometry } = features[1] ?? {};
  const ends = geometry?.type === "LineString" ? geometry.coordinates : [];
  expect(ends.map((place) => place.map((degrees) => degrees.toFixed(6)))).toEqual([
    ["113.100000", "22.900000"],
    ["113.200000", "22.900000"],
  ]);
});

test("all of it is to be in view", () => {
  expect(patrolBounds(patrol)).toEqual([113.1, 22.5, 113.5, 22.9]);
  expect(patrolBounds(patrol, [[114, 23]])).toEqual([113.1, 22.5, 114, 23]);
  expect(patrolBounds({ ...patrol, line: null, stays: [] })).toBeNull();
});
