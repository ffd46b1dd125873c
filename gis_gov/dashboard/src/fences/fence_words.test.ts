import { expect, test } from "vitest";
import type { Fence } from "../api/fences";
import { fenceFeatures } from "../map/fence_layers";
import { fenceKind, fenceRules, fenceTimes, fenceWorkers } from "./fence_words";

const fence = (more: Partial<Fence> = {}): Fence => ({
  code: "F1",
  name: "水库",
  grid: null,
  area: null,
  geometry: { type: "Point", coordinates: [113, 23] },
  width_m: null,
  tells: ["enter", "exit"],
  dwell_s: 0,
  windows: null,
  valid_from: null,
  valid_to: null,
  for_area: null,
  for_workers: null,
  away_s: 300,
  alone_s: null,
  near_m: null,
  near_s: 0,
  is_active: true,
  ...more,
});

test.each([
  [{}, "watched"],
  [{ tells: ["outside"] }, "bound"],
  [{ tells: ["inside", "outside"] }, "forbidden"],
  [{ tells: ["inside"], alone_s: 0 }, "danger"],
  [{ near_m: 5 }, "danger"],
] as const)("a fence with %j is %s", (more, kind) => {
  expect(fenceKind(fence(more))).toBe(kind);
});

test("its rules are said one by one", () => {
  const all = fence({ tells: ["enter", "cross", "inside", "outside"], dwell_s: 30, alone_s: 600, near_m: 20, near_s: 60 });
  expect(fenceRules(all, "zh")).toEqual([
    "记录进入、穿越",
    "停留 30 秒以上才算进入",
    "在内即告警",
    "离开超过 5 分告警",
    "独处超过 10 分告警",
    "两人相距不足 20 m 达 1 分告警",
  ]);
  expect(fenceRules(fence({ tells: ["inside"], near_m: 20 }), "en")).toEqual([
    "Alarm if somebody is inside",
    "Alarm if two are nearer than 20 m to each other",
  ]);
});

test("its times are said in the time of the district", () => {
  expect(fenceTimes(fence(), "zh")).toEqual(["全天有效"]);
  const windows = [
    { weekdays: [5, 1], from: "08:00", to: "18:00" },
    { weekdays: [1, 2, 3, 4, 5, 6, 7], from: "22:00", to: "06:00" },
  ];
  expect(fenceTimes(fence({ windows, valid_to: "2026-01-05T16:30:00Z" }), "zh")).toEqual([
    "周一、周五 08:00–18:00",
    "每天 22:00–次日 06:00",
    "至 2026年1月6日 00:30",
  ]);
  expect(fenceTimes(fence({ windows: windows.slice(1) }), "en")).toEqual(["daily 22:00–06:00 on the next day"]);
  expect(fenceTimes(fence({ is_active: false, windows }), "en")).toEqual(["Out of force"]);
});

test("whom it watches is said, as far as that may be known", () => {
  expect(fenceWorkers(fence(), "zh")).toBe("所有人");
  expect(fenceWorkers(fence({ for_area: "990101" }), "en")).toBe("those employed in 990101");
  expect(fenceWorkers(fence({ for_workers: ["W1", "W2"] }), "zh")).toBe("W1、W2");
  expect(fenceWorkers(fence({ for_workers: [] }), "en")).toBe("some of whom you may not know");
});

test("on the map are those that have a shape", () => {
  const { features } = fenceFeatures([fence(), fence({ code: "F2", geometry: null })]);
  expect(features.map(({ properties }) => properties)).toEqual([
    { code: "F1", name: "水库", purpose: "watched", is_active: true },
  ]);
});
