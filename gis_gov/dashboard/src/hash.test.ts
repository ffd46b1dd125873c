import { describe, expect, it } from "vitest";
import { readHash, readPoint, writeHash } from "./hash";

describe("readHash", () => {
  it("reads what writeHash wrote, and keeps the map's own part", () => {
    const link = {
      point: [113.3512345, 22.94] as const,
      radiusM: 500,
      kinds: ["camera" as const, "poi" as const],
      layers: ["grids" as const],
      language: "en" as const,
    };
    const hash = writeHash("#map=15.2/22.94/113.35&point=1,2", link);
    expect(hash).toBe(
      "#map=15.2/22.94/113.35&point=113.3512345,22.94&radius=500&kinds=camera,poi&layers=grids&lang=en",
    );
    expect(readHash(hash)).toEqual(link);
  });

  it("keeps an empty choice of kinds apart from the default", () => {
    expect(readHash(writeHash("", { point: null, kinds: [] })).kinds).toEqual([]);
    // The map drops the sign of an empty value when it writes its own part.
    expect(readHash("#map=1/2/3&kinds&point=1,2").kinds).toEqual([]);
    expect(readHash("#map=1/2/3").kinds).toBeUndefined();
  });

  it("leaves out what it does not understand", () => {
    expect(readHash("#point=nowhere&radius=far&lang=fr&kinds=camera,tank")).toEqual({
      point: null,
      kinds: ["camera"],
    });
  });

  it("holds the radius to the greatest one", () => {
    expect(readHash("#radius=9000").radiusM).toBe(2000);
  });

  it("writes nothing where all is default", () => {
    expect(writeHash("", { point: null })).toBe("");
  });
});

describe("readPoint", () => {
  it.each([
    ["113.35,22.94", [113.35, 22.94]],
    [" 113.35 ， 22.94 ", [113.35, 22.94]],
    ["-0.5 51.5", [-0.5, 51.5]],
  ])("reads %j", (text, point) => {
    expect(readPoint(text)).toEqual(point);
  });

  it.each(["", "113.35", "22.94,113.35x", "181,0", "113.35,91", "1,2,3", null])("refuses %j", (text) => {
    expect(readPoint(text)).toBeNull();
  });
});
