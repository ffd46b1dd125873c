import { expect, test } from "vitest";
import type { Fixes } from "../api/fixes";
import { counting } from "../api/fixes";
import { profileOf, profilePath, rejectedRuns, speedAt, trackOfFixes, type Profile } from "./profile";

const DEG_M = 111_195;
/** Fixes to the north: seconds, metres, and why they do not count. */
const fixes = (...rows: [timeS: number, northM: number, reason?: string][]): Fixes => ({
  timesS: Float64Array.from(rows, ([time]) => time),
  lons: Float64Array.from(rows, () => 113),
  lats: Float64Array.from(rows, ([, north]) => 23 + north / DEG_M),
  reasons: rows.map(([, , reason]) => reason ?? ""),
  accuraciesM: rows.map(() => null),
});
const profile = (...rows: Parameters<typeof fixes>) => profileOf(trackOfFixes(counting(fixes(...rows))));

test("the speed is that between fixes, whatever their rhythm", () => {
  const told = profile([0, 0], [60, 60], [65, 70], [120, 180]);
  expect(told).toMatchObject({ fromS: 0, untilS: 120 });
  expect(told?.topMps).toBeCloseTo(2, 1);
  expect(told && [10, 59, 61, 119].map((atS) => speedAt(told, atS)?.toFixed(1))).toEqual(["1.0", "1.0", "2.0", "2.0"]);
});

test("many fixes in one piece of time make one speed", () => {
  const zigzag = Array.from({ length: 2401 }, (_, second): [number, number] => [second, second % 2]);
  const told = profile(...zigzag);
  expect(told?.speedsMps).toHaveLength(240);
  expect(told && speedAt(told, 1200)?.toFixed(2)).toBe("1.00");
});

test("a gap has no speed, and what does not count makes none", () => {
  const told = profile([0, 0], [100, 100], [150, 9000, "jump"], [500, 1100], [600, 1200]);
  expect(told && [50, 300, 550].map((atS) => speedAt(told, atS)?.toFixed(1))).toEqual(["1.0", undefined, "1.0"]);
});

test("one fix has no profile", () => {
  expect(profile([0, 0])).toBeNull();
  expect(profile()).toBeNull();
});

test("the path goes from the left to the right, and up with the speed", () => {
  const told: Profile = { fromS: 0, untilS: 4, speedsMps: [0, 2, null, 1], topMps: 2 };
  expect(profilePath(told, 40, 10)).toBe("M5.0 10.0L15.0 0.0M35.0 5.0");
  expect(profilePath({ ...told, speedsMps: [0, 0], topMps: 0 }, 40, 10)).toBe("M10.0 10.0L30.0 10.0");
});

test("fixes that do not count are gathered by reason", () => {
  const told = rejectedRuns(
    fixes([0, 0], [10, 500, "jump"], [20, 20], [30, 1, "frozen"], [40, 1, "frozen"], [50, 2, "mock"]),
  );
  expect(told.map(({ reason, fromS, untilS, count }) => [reason, fromS, untilS, count])).toEqual([
    ["jump", 10, 10, 1],
    ["frozen", 30, 40, 2],
    ["mock", 50, 50, 1],
  ]);
  expect(told[0]?.lat).toBeCloseTo(23 + 500 / DEG_M, 9);
});
