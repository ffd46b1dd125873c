import { describe, expect, it } from "vitest";
import { eventOf, followed, readFacts, type Fact, type Rendered } from "./facts";

const camera: Rendered = {
  id: 7,
  sourceLayer: "cameras",
  properties: { code: "C7", name: "南门", owner: "公安", azimuth_deg: 90, class: null, count: 1 },
  geometry: { type: "Point", coordinates: [113.3, 22.9] },
};
const grid: Rendered = {
  id: 3,
  sourceLayer: "grids",
  properties: { code: "G3", name: "第三网格", layer: "base" },
  geometry: { type: "Polygon" },
};
const area = (id: number, level: string): Rendered => ({
  id,
  sourceLayer: "areas",
  properties: { code: String(id), name: level, level },
  geometry: { type: "Polygon" },
});

describe("readFacts", () => {
  it("puts points before grids", () => {
    expect(readFacts([grid, camera]).map((fact) => fact.name)).toEqual(["南门", "第三网格"]);
  });

  it("tells areas only where there is nothing else, the small before the great", () => {
    const areas = [area(1, "district"), area(2, "community"), area(4, "street")];
    expect(readFacts(areas).map((fact) => fact.name)).toEqual(["community", "street", "district"]);
    expect(readFacts([...areas, grid]).map((fact) => fact.name)).toEqual(["第三网格"]);
  });

  it("tells a feature once, however many layers and tiles drew it", () => {
    expect(readFacts([camera, camera, { ...camera }])).toHaveLength(1);
  });

  it("leaves out what is empty, and what the name says already", () => {
    expect(readFacts([camera])[0]).toEqual({
      layer: "cameras",
      id: "7",
      name: "南门",
      properties: [
        ["code", "C7"],
        ["owner", "公安"],
        ["azimuth_deg", 90],
      ],
      position: [113.3, 22.9],
    });
  });

  it("tells how many things a gathered dot stands for", () => {
    const dot = { sourceLayer: "events", properties: { cell: "88", count: 12 }, geometry: camera.geometry };
    expect(readFacts([dot])[0]?.properties).toEqual([["count", 12]]);
  });

  it("passes over what is no tile layer", () => {
    expect(readFacts([{ ...camera, sourceLayer: undefined }])).toEqual([]);
  });
});

describe("eventOf", () => {
  const event = (id: number, properties: Record<string, unknown>): Rendered => ({
    id,
    sourceLayer: "events",
    properties: { state: "pending", count: 1, ...properties },
    geometry: { type: "Point", coordinates: [113.3, 22.9] },
  });

  it("is the code of the event that was clicked, whatever else is there", () => {
    expect(eventOf(readFacts([grid, camera, event(5, { code: "E5", title: "占道" })]))).toBe("E5");
    expect(eventOf(readFacts([event(6, { code: "E6", title: null })]))).toBe("E6");
  });

  it("is none where no event was clicked, or many at once", () => {
    expect(eventOf(readFacts([grid, camera]))).toBeNull();
    expect(eventOf(readFacts([event(7, { cell: "88", count: 12 })]))).toBeNull();
    expect(eventOf([])).toBeNull();
  });
});

describe("followed", () => {
  const seen = (lon: number, standing = "on_shift") => ({
    type: "Feature" as const,
    geometry: { type: "Point" as const, coordinates: [lon, 22.9] },
    properties: { code: "W1", name: "张某", standing, grid_code: null },
  });
  const clicked = readFacts([
    { id: "W1", sourceLayer: "workers", properties: seen(113.1).properties, geometry: seen(113.1).geometry },
    { id: 7, sourceLayer: "grids", properties: { code: "G1", name: "网格" }, geometry: { type: "Polygon" } },
  ]);
  const names = (facts: readonly Fact[]) => facts.map(({ name }) => name);

  it("has the worker as he is now", () => {
    const [worker, ...others] = followed(clicked, { isAll: false, put: [seen(113.2, "idle")], gone: [] });
    expect(worker).toMatchObject({ id: "W1", name: "张某", position: [113.2, 22.9] });
    expect(worker?.properties).toEqual([["code", "W1"], ["standing", "idle"]]);
    expect(names(others)).toEqual(["网格"]);
  });

  it("is the same if others moved", () => {
    const other = { ...seen(113.2), properties: { code: "W2" } };
    expect(followed(clicked, { isAll: false, put: [other], gone: ["W3"] })).toBe(clicked);
  });

  it("has nobody who is nowhere any more", () => {
    expect(names(followed(clicked, { isAll: false, put: [], gone: ["W1"] }))).toEqual(["网格"]);
    expect(names(followed(clicked, { isAll: true, put: [seen(113.3)], gone: [] }))).toEqual(["张某", "网格"]);
  });

  it("keeps who is not told of as one looks elsewhere", () => {
    expect(followed(clicked, { isAll: true, put: [], gone: [] })).toBe(clicked);
  });
});
