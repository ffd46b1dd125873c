import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import type { StyleSpecification } from "maplibre-gl";
import { describe, expect, it } from "vitest";
import written from "../../../../tiles/style.json?raw";
import { kindsOf, LAYERS, offeredBy, switchesOf, tileNameOf } from "./layers";
import { dress, sourcesOf } from "./style";
import { WORKERS_SOURCE } from "./worker_layers";

const style: StyleSpecification = {
  version: 8,
  glyphs: "https://fonts.example.org/{fontstack}/{range}.pbf",
  sprite: "https://icons.example.org/sprite",
  sources: {
    ground: { type: "vector", url: "http://127.0.0.1/tiles/areas,grids,area_labels,grid_labels.json" },
    houses: { type: "vector", url: "http://127.0.0.1/tiles/houses.json" },
    addresses: { type: "vector", url: "http://127.0.0.1/tiles/addresses.json" },
    points: { type: "vector", url: "http://127.0.0.1/tiles/events,pois,cameras,centres,workers.json" },
    photo: { type: "raster", tiles: ["http://127.0.0.1/photo/{z}/{x}/{y}.png"] },
  },
  layers: [],
};

const errorsOf = (made: StyleSpecification) => validateStyleMin(made).map((error) => error.message);

describe("the server's own style", () => {
  // As who has every right is served it.
  const served = JSON.parse(written.replaceAll("{base}", "https://map.example.org/")) as StyleSpecification;

  it("is valid, and would not be with a source or a property that there is not", () => {
    expect(served.layers.length).toBeGreaterThan(20);
    expect(errorsOf(served)).toEqual([]);
    const others = Object.fromEntries(Object.entries(served.sources).filter(([name]) => name !== "ground"));
    expect(errorsOf({ ...served, sources: others })).not.toEqual([]);
    expect(errorsOf({ ...served, light: { colour: "red" } } as unknown as StyleSpecification)).not.toEqual([]);
  });

  it("is valid as the page dresses it", () => {
    expect(errorsOf(dress(served))).toEqual([]);
  });
});

describe("sourcesOf", () => {
  it("reads from a source's address which tile layers it has", () => {
    const sources = sourcesOf(style);
    expect(sources.get("grid_labels")).toBe("ground");
    expect(sources.get("events")).toBe("points");
    expect(LAYERS.filter((name) => !sources.has(name))).toEqual([
      "coverage",
      "fences",
      "closed",
      "trails",
      "gathered",
    ]);
    expect([...sources.values()]).not.toContain("photo");
  });
});

describe("what is offered", () => {
  it("is what there are tiles of", () => {
    const tiles = new Set(sourcesOf(style).keys());
    expect(offeredBy(tiles)).toEqual(LAYERS.filter((name) => name !== "coverage" && name !== "fences"));
    expect(offeredBy(new Set([...tiles, "coverage", "fences"]))).toEqual(LAYERS);
    expect(kindsOf(tiles)).toEqual(["camera", "worker", "centre", "poi"]);
  });

  it("has nothing that the actor has no right to", () => {
    const screen = new Set(["areas", "grids", "events", "pois", "cameras", "centres"]);
    expect(offeredBy(screen)).toEqual(["areas", "grids", "closed", "events", "pois", "cameras", "centres", "gathered"]);
    expect(kindsOf(screen)).toEqual(["camera", "centre", "poi"]);
    expect(offeredBy(new Set(["areas", "grids"]))).toEqual(["areas", "grids"]);
    expect(kindsOf(new Set(["areas"]))).toEqual([]);
  });
});

describe("dress", () => {
  it("makes a valid style", () => {
    expect(errorsOf(dress(style))).toEqual([]);
  });

  it("asks for no fonts and no icons", () => {
    expect(dress(style)).not.toHaveProperty("glyphs");
    expect(dress(style)).not.toHaveProperty("sprite");
  });

  it("draws each switch's tiles, and names from the layers that have each once", () => {
    const { layers } = dress(style);
    expect(new Set(layers.flatMap(switchesOf))).toEqual(new Set(LAYERS));
    const names = layers.filter((layer) => layer.id.endsWith("s-label") && layer.id !== "houses-label");
    expect(names.map((layer) => "source-layer" in layer && layer["source-layer"])).toEqual([
      "grid_labels",
      "area_labels",
    ]);
  });

  it("draws workers from the live stream, whether there are tiles of them or not", () => {
    const live = (sources: StyleSpecification["sources"]) =>
      dress({ ...style, sources }).layers.flatMap((layer) =>
        "source" in layer && layer.source === WORKERS_SOURCE ? [layer.id] : [],
      );
    expect(live(style.sources)).toEqual(["workers-gathered", "workers-dots", "workers"]);
    expect(live({})).toEqual(["workers-gathered", "workers-dots", "workers"]);
    expect(tileNameOf({ source: WORKERS_SOURCE })).toBe("workers");
    expect(tileNameOf({ source: "points", sourceLayer: "events" })).toBe("events");
    expect(tileNameOf({ source: "search" })).toBeUndefined();
  });

  it("draws a patrol's way on everything but workers and open events", () => {
    const ids = dress(style).layers.map(({ id }) => id);
    expect(ids.slice(ids.indexOf("duty-points") + 1, ids.indexOf("events") + 1)).toEqual([
      "workers-dots",
      "workers",
      "events",
    ]);
    expect(dress({ ...style, sources: {} }).layers.map(({ id }) => id)).toContain("patrol-way");
  });

  it("leaves out what the server has no tiles of", () => {
    const { sources, layers } = dress({ ...style, sources: {} });
    expect(Object.values(sources).map(({ type }) => type)).not.toContain("vector");
    expect(new Set(layers.flatMap(switchesOf))).toEqual(
      new Set(["coverage", "fences", "trails", "workers", "gathered"]),
    );
  });
});
