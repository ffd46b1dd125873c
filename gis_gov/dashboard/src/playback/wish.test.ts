import { expect, test } from "vitest";
import { playbackPath, spanOf, type Whom } from "./wish";

const midnight = Date.UTC(2026, 0, 4, 16) / 1000;

test.each([
  ["08:00", "18:00", 8, 18],
  ["00:00", "00:00", 0, 24],
  ["00:00", "24:00", 0, 24],
  ["23:30", "00:00", 23.5, 24],
])("from %s to %s of a day of UTC+8", (from, until, fromH, untilH) => {
  const span = { fromS: midnight + fromH * 3600, untilS: midnight + untilH * 3600 };
  expect(spanOf("2026-01-05", from, until)).toEqual(span);
});

test.each([
  ["", "08:00", "09:00"],
  ["2026-01-05", "", "09:00"],
  ["2026-01-05", "09:00", "09:00"],
  ["2026-01-05", "10:00", "09:00"],
  ["2026-01-05", "25:00", "26:00"],
])("%s from %s to %s is no time", (day, from, until) => {
  expect(spanOf(day, from, until)).toBeNull();
});

test.each<[Whom, string]>([
  [{ by: "view", bbox: [113.35, 22.94, 113.3712345678, 22.96] }, "bbox=113.350000,22.940000,113.371235,22.960000"],
  [{ by: "place", code: "4401&1" }, "within=4401&1"],
  [{ by: "worker", code: "W 1" }, "worker=W 1"],
])("patrols that began up to a day before are asked for", (whom, said) => {
  const path = playbackPath({ whom, fromS: midnight, untilS: midnight + 3600 }, 7);
  const query = new URLSearchParams(path.replace("/patrols?", ""));
  const [name, ...rest] = said.split("=");
  expect(query.get("datetime")).toBe("2026-01-03T16:00:00Z/2026-01-04T17:00:00Z");
  expect(query.get("limit")).toBe("7");
  expect(query.get(name ?? "")).toBe(rest.join("="));
});
