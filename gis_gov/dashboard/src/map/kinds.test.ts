import { expect, test } from "vitest";
import { kindsToFollow, tilesOf } from "./kinds";

test("what is not drawn is not followed", () => {
  expect(kindsToFollow(new Set(["events", "grids"]))).toEqual(["area", "grid", "event"]);
  expect(kindsToFollow(new Set())).toEqual([]);
});

test("workers are followed by who may know where they are", () => {
  expect(kindsToFollow(new Set(["events", "workers"]))).toEqual(["event", "position"]);
  expect(tilesOf("position")).toEqual([]);
});

test("a kind tells which tiles to read anew", () => {
  expect(tilesOf("resource")).toEqual(["cameras", "centres", "pois"]);
  expect(tilesOf("person")).toEqual([]);
});
