import { expect, test } from "vitest";
import type { Patrol } from "../api/patrols";
import { FIXES_MAX, PATROLS_MAX, within } from "./loading";

const patrol = (minute: number, fixes = 10): Patrol =>
  ({ begins_at: new Date(Date.UTC(2026, 0, 5, 0, minute)).toISOString(), fixes, rejected: 1 }) as Patrol;
const minutes = (patrols: readonly Patrol[]) => patrols.map(({ begins_at }) => new Date(begins_at).getUTCMinutes());

test("the first are loaded first", () => {
  expect(minutes(within([patrol(3), patrol(1), patrol(2)]))).toEqual([1, 2, 3]);
});

test("no more are loaded than a browser holds", () => {
  expect(within(Array.from({ length: PATROLS_MAX + 5 }, () => patrol(1)))).toHaveLength(PATROLS_MAX);
  expect(minutes(within([patrol(2, FIXES_MAX / 2), patrol(1, FIXES_MAX / 2), patrol(3)]))).toEqual([1]);
});
