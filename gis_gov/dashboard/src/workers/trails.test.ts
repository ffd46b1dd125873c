import { beforeEach, expect, test } from "vitest";
import type { Position } from "../api/live";
import { Trails, TRAIL_MS } from "./trails";

const NOON = Date.UTC(2026, 0, 5, 4);
const MINUTE = 60_000;
const BOX = [113, 22, 114, 23] as const;

const at = (worker: string, lon: number, minute: number) =>
  ({ worker, gone: false, time: new Date(NOON + minute * MINUTE).toISOString(), lon, lat: 22.9 }) as Position;

let trails: Trails;
/** The trails as the worker and the longitudes of each piece. */
const drawn = (minute = 1, box: readonly [number, number, number, number] = BOX) =>
  trails
    .within(box, NOON + minute * MINUTE)
    .map(({ properties, geometry }) => [
      String(properties?.code),
      geometry.coordinates.map((piece) => piece.map(([lon]) => lon)),
    ]);

beforeEach(() => {
  trails = new Trails();
  trails.take([at("W1", 113.1, 0), at("W2", 113.2, 0)], true);
});

test("one place is no trail, two are", () => {
  expect(drawn()).toEqual([]);
  trails.take([at("W1", 113.101, 1)], false);
  expect(drawn()).toEqual([["W1", [[113.1, 113.101]]]]);
});

test("what is told twice or late bends nothing", () => {
  trails.take([at("W1", 113.101, 1), at("W1", 113.101, 1), at("W1", 113.05, 0.5)], false);
  expect(drawn()).toEqual([["W1", [[113.1, 113.101]]]]);
});

test("a gap is left out, a long rest is none", () => {
  trails.take([at("W1", 113.101, 1), at("W1", 113.111, 7), at("W1", 113.112, 7.5)], false);
  expect(drawn(8)).toEqual([["W1", [[113.1, 113.101], [113.111, 113.112]]]]);
  trails.take([at("W2", 113.201, 6)], false);
  expect(drawn(8)).toContainEqual(["W2", [[113.2, 113.201]]]);
});

test("it ends where it is too old, and goes on from the last place", () => {
  trails.take([at("W1", 113.101, 1), at("W1", 113.102, 2)], false);
  const late = TRAIL_MS / MINUTE + 1.5;
  expect(drawn(late)).toEqual([]);
  trails.take([at("W1", 113.1025, late)], false);
  expect(drawn(late)).toEqual([["W1", [[113.102, 113.1025]]]]);
});

test("those alone are drawn who are in view", () => {
  trails.take([at("W1", 113.101, 1), at("W2", 113.201, 1)], false);
  expect(drawn(1, [113.15, 22, 114, 23])).toEqual([["W2", [[113.2, 113.201]]]]);
});

test("who went has none, and begins anew; who is among all keeps his", () => {
  trails.take([at("W1", 113.101, 1), at("W2", 113.201, 1)], false);
  trails.take([{ worker: "W2", gone: true }], false);
  trails.take([at("W1", 113.102, 2), at("W2", 113.202, 2)], true);
  expect(drawn(2)).toEqual([["W1", [[113.1, 113.101, 113.102]]]]);
  trails.take([at("W2", 113.203, 3)], true);
  expect(drawn(3)).toEqual([["W2", [[113.202, 113.203]]]]);
});
