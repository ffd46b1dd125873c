import { expect, test } from "vitest";
import { counting, readFixes } from "./fixes";

const told = {
  temporalGeometry: {
    datetimes: ["2026-01-05T00:30:00Z", "2026-01-05T00:30:10.500000+00:00", "2026-01-05T08:30:20+08:00"],
    coordinates: [[113.1, 22.9], [114.5, 25], [113.2, 22.8]],
  },
  temporalProperties: [
    { accuracy_m: { values: [8.5, null, 7] }, rejected_for: { values: ["", "jump", ""] } },
  ],
};
const begin = Date.UTC(2026, 0, 5, 0, 30) / 1000;

test("a trajectory is read into columns", () => {
  const fixes = readFixes(told);
  expect([...fixes.timesS]).toEqual([begin, begin + 10.5, begin + 20]);
  expect([...fixes.lons]).toEqual([113.1, 114.5, 113.2]);
  expect([...fixes.lats]).toEqual([22.9, 25, 22.8]);
  expect(fixes.reasons).toEqual(["", "jump", ""]);
  expect(fixes.accuraciesM).toEqual([8.5, null, 7]);
});

test("what is rejected is left out of what counts", () => {
  const fixes = counting(readFixes(told));
  expect([...fixes.timesS]).toEqual([begin, begin + 20]);
  expect([...fixes.lons]).toEqual([113.1, 113.2]);
  expect([...fixes.lats]).toEqual([22.9, 22.8]);
  expect(fixes.reasons).toEqual(["", ""]);
  expect(fixes.accuraciesM).toEqual([8.5, 7]);
});
