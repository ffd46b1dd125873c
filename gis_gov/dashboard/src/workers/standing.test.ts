import { expect, test } from "vitest";
// The server's test reads the same table.
import table from "../../../../tests/patrols/shifts/standing_cases.json";
import { STANDINGS, standingAt, USUAL_LIMITS, type LastSeen } from "./standing";

const NOON = Date.UTC(2026, 0, 5, 4);
const last = (seenS: number, stillS: number | null, isOutside = false, isOffShift = false): LastSeen => ({
  timeMs: NOON - seenS * 1000,
  stillSinceMs: stillS === null ? null : NOON - stillS * 1000,
  isOutside,
  isOffShift,
});

test.each(table.cases)("it is as the server has it: $standing, seen $seen_s s ago", (told) => {
  const { seen_s, still_s, is_outside, is_off_shift, standing } = told;
  expect(standingAt(last(seen_s, still_s, is_outside, is_off_shift), NOON, table.limits)).toBe(standing);
});

test("the table has each", () => {
  expect(new Set(table.cases.map(({ standing }) => standing))).toEqual(new Set(STANDINGS));
});

test("the limits are those that are told", () => {
  const silent = last(120, 120);
  expect(standingAt(silent, NOON, USUAL_LIMITS)).toBe("on_shift");
  expect(standingAt(silent, NOON, { idle_s: 60, offline_s: 300 })).toBe("idle");
  expect(standingAt(silent, NOON, { idle_s: 60, offline_s: 60 })).toBe("offline");
});
