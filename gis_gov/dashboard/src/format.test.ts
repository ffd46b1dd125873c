import { describe, expect, it } from "vitest";
import { errorKey, fieldName, formatBearing, formatDistance, formatValue } from "./format";

describe("formatDistance", () => {
  it.each([
    [0, "0 m"],
    [85.6, "86 m"],
    [999.6, "1 km"],
    [1240.4, "1.24 km"],
    [2000, "2 km"],
  ])("%d m", (metres, text) => {
    expect(formatDistance(metres, "zh")).toBe(text);
  });
});

describe("formatBearing", () => {
  it.each([
    [0, "北 0°"],
    [44, "东北 44°"],
    [359.7, "北 0°"],
    [-90, "西 270°"],
  ])("%d°", (degrees, text) => {
    expect(formatBearing(degrees, "zh")).toBe(text);
  });
});

describe("formatValue", () => {
  it("says known terms in the viewer's language", () => {
    expect(formatValue("events", "state", "handling", "zh")).toBe("处置中");
    expect(formatValue("events", "state", "handling", "en")).toBe("In handling");
    expect(formatValue("grids", "layer", "exclusive", "zh")).toBe("专属网格");
  });

  it("keeps a term that it does not know", () => {
    expect(formatValue("events", "state", "archived", "zh")).toBe("archived");
  });

  it("reads seconds since 1970 as a time", () => {
    expect(formatValue("events", "reported_at", 1_700_000_000, "en")).toMatch(/1[45] Nov 2023/);
  });

  it("adds units and directions", () => {
    expect(formatValue("cameras", "range_m", 80, "en")).toBe("80 m");
    expect(formatValue("cameras", "azimuth_deg", 90, "en")).toBe("E 90°");
    expect(formatValue("grids", "households", 1234, "en")).toBe("1,234");
  });
});

describe("fieldName", () => {
  it("keeps a field's own name where there is no other", () => {
    expect(fieldName("households", "zh")).toBe("户数");
    expect(fieldName("x_17", "zh")).toBe("x_17");
  });
});

describe("errorKey", () => {
  it.each([
    [0, "error.offline"],
    [400, "error.400"],
    [422, "error.400"],
    [409, "error.other"],
    [503, "error.server"],
  ])("%d", (status, key) => {
    expect(errorKey(status)).toBe(key);
  });
});
