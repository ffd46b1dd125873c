import { describe, expect, it } from "vitest";
import { DEFAULT_LAYERS, LAYERS, waitsForZoom } from "./layers";

describe("the layers on at first", () => {
  it("leave out what would cover the map", () => {
    expect(LAYERS.filter((name) => !DEFAULT_LAYERS.includes(name))).toEqual([
      "addresses",
      "coverage",
      "closed",
      "pois",
      "gathered",
    ]);
  });
});

describe("waitsForZoom", () => {
  it("tells of a layer that comes into view later", () => {
    expect(waitsForZoom("cameras", 10, ["cameras"])).toBe(true);
    expect(waitsForZoom("cameras", 15, ["cameras"])).toBe(false);
    expect(waitsForZoom("areas", 3, ["areas"])).toBe(false);
  });

  it("says nothing of a layer that is off", () => {
    expect(waitsForZoom("cameras", 10, ["gathered"])).toBe(false);
  });

  it("knows what is gathered far out, and that houses are not", () => {
    expect(waitsForZoom("cameras", 10, ["cameras", "gathered"])).toBe(false);
    expect(waitsForZoom("cameras", 13, ["cameras", "gathered"])).toBe(true);
    expect(waitsForZoom("houses", 10, ["houses", "gathered"])).toBe(true);
  });
});
