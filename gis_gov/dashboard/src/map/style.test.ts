import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import type { StyleSpecification } from "maplibre-gl";
import { describe, expect, it } from "vitest";
import { LAYERS } from "./layers";
import { dress, sourcesOf } from "./style";

const style: StyleSpecification = {
  version: 8,
  glyphs: "https://fonts.example.org/{fontstack}/{range}.pbf",
  sprite: "https://icons.example.org/sprite",
  sources: {
    world: { type: "vector", url: "/tiles/areas,grids.json" },
    ...Object.fromEntries(
      LAYERS.slice(2).map((name) => [name, { type: "vector" as const, url: `/tiles/${name}.json` }]),
    ),
  },
  layers: [
    { id: "a", type: "line", source: "world", "source-layer": "areas" },
    { id: "g", type: "line", source: "world", "source-layer": "grids" },
  ],
};

describe("sourcesOf", () => {
  it("takes the source that the style draws a layer from, else the one of its name", () => {
    const sources = sourcesOf(style);
    expect(sources.get("grids")).toBe("world");
    expect(sources.get("events")).toBe("events");
    expect([...sources.keys()]).toEqual([...LAYERS]);
  });

  it("leaves a layer out that the style has no tiles of", () => {
    expect(sourcesOf({ ...style, sources: {}, layers: [] }).size).toBe(0);
  });
});

describe("dress", () => {
  it("makes a valid style", () => {
    expect(validateStyleMin(dress(style)).map((error) => error.message)).toEqual([]);
  });

  it("asks for no fonts and no icons", () => {
    expect(dress(style)).not.toHaveProperty("glyphs");
    expect(dress(style)).not.toHaveProperty("sprite");
  });

  it("draws each tile layer", () => {
    const drawn = new Set(dress(style).layers.map((layer) => "source-layer" in layer && layer["source-layer"]));
    expect([...LAYERS].filter((name) => !drawn.has(name))).toEqual([]);
  });
});
