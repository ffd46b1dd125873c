import { beforeEach, describe, expect, it } from "vitest";
import type { Position } from "../api/live";
import { Whereabouts } from "./whereabouts";

const NOON = Date.UTC(2026, 0, 5, 4);
const MINUTE = 60_000;

function at(worker: string, lon: number, passedMs = 0): Position {
  return {
    worker,
    gone: false,
    kind: "grid",
    time: new Date(NOON - passedMs).toISOString(),
    lon,
    lat: 22.9,
    accuracy_m: 7,
    speed_mps: null,
    bearing_deg: null,
    area_code: null,
    grid_code: "G1",
    still_since: new Date(NOON - passedMs).toISOString(),
    is_outside: false,
    is_off_shift: false,
  };
}

describe("Whereabouts", () => {
  let where: Whereabouts;
  const drawn = (nowMs = NOON) => {
    const { isAll, put, gone } = where.changes(nowMs);
    return { isAll, put: put.map(({ properties, geometry }) => [String(properties?.code), geometry.coordinates[0]]), gone };
  };

  beforeEach(() => {
    where = new Whereabouts();
    where.take([at("W1", 113.1), at("W2", 113.2)], true);
  });

  it("begins with all", () => {
    expect(drawn()).toEqual({ isAll: true, put: [["W1", 113.1], ["W2", 113.2]], gone: [] });
  });

  it("tells nothing twice", () => {
    drawn();
    expect(drawn()).toEqual({ isAll: false, put: [], gone: [] });
  });

  it("tells those alone who moved or went, each once and where he is last", () => {
    drawn();
    where.take([at("W1", 113.3)], false);
    where.take([at("W1", 113.4), { worker: "W2", gone: true }, { worker: "W9", gone: true }], false);
    expect(drawn()).toEqual({ isAll: false, put: [["W1", 113.4]], gone: ["W2"] });
  });

  it("has one again who went and came back", () => {
    drawn();
    where.take([{ worker: "W2", gone: true }], false);
    where.take([at("W2", 113.5)], false);
    expect(drawn()).toEqual({ isAll: false, put: [["W2", 113.5]], gone: [] });
  });

  it("forgets whoever is not among all", () => {
    drawn();
    where.take([at("W1", 113.3)], false);
    where.take([at("W3", 113.6)], true);
    expect(drawn()).toEqual({ isAll: true, put: [["W3", 113.6]], gone: [] });
    expect(drawn(NOON + 10 * MINUTE).put).toEqual([["W3", 113.6]]);
  });

  it("tells how workers stand as time passes, by the limits that were told", () => {
    const standings = (nowMs: number) =>
      where.changes(nowMs).put.map(({ properties }) => `${String(properties?.code)} ${String(properties?.standing)}`);
    const still = { ...at("W1", 113.1), still_since: new Date(NOON - 8 * MINUTE).toISOString() };
    where.take([still], false);
    expect(standings(NOON)).toEqual(["W1 on_shift", "W2 on_shift"]);
    expect(standings(NOON + MINUTE)).toEqual([]);
    expect(standings(NOON + 3 * MINUTE)).toEqual(["W1 idle"]);
    where.take([{ ...still, is_outside: true }], false);
    expect(standings(NOON + 4 * MINUTE)).toEqual(["W1 outside"]);
    expect(standings(NOON + 6 * MINUTE)).toEqual(["W1 offline", "W2 offline"].toSorted());
    where.take([at("W2", 113.2)], true, { idle_s: 7 * 60, offline_s: 20 * 60 });
    expect(standings(NOON + 6 * MINUTE)).toEqual(["W2 on_shift"]);
    expect(standings(NOON + 8 * MINUTE)).toEqual(["W2 idle"]);
  });

  it("draws those anew whose names it learns", () => {
    drawn();
    where.learn(new Map([["W1", "张某"], ["W8", "李某"]]));
    const { put } = where.changes(NOON);
    expect(put.map(({ properties }) => [String(properties?.code), String(properties?.name)])).toEqual([["W1", "张某"]]);
    where.learn(new Map([["W1", "张某"]]));
    expect(drawn().put).toEqual([]);
  });

  it("tells what is known of a position", () => {
    const [feature] = where.changes(NOON).put;
    expect(feature?.properties).toMatchObject({ standing: "on_shift", time: NOON / 1000, accuracy_m: 7, grid_code: "G1" });
  });
});
