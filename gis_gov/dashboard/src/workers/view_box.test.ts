import { expect, test } from "vitest";
import { boxToFollow, type ViewBox } from "./view_box";

const VIEW: ViewBox = [113.3, 22.9, 113.4, 22.96];
const AROUND: ViewBox = [113.25, 22.87, 113.45, 22.99];

test("a view is followed with half of it on each side", () => {
  expect(boxToFollow(null, VIEW)).toEqual(AROUND);
});

test.each([
  ["it stands still", VIEW],
  ["it moves by less than the margin", [113.34, 22.9, 113.44, 22.96]],
  ["it comes somewhat closer", [113.34, 22.92, 113.38, 22.95]],
] as const)("the box stays as %s", (_, view) => {
  expect(boxToFollow(AROUND, view)).toBe(AROUND);
});

test.each([
  ["it moves away", [113.4, 22.9, 113.5, 22.96]],
  ["it moves up", [113.3, 22.95, 113.4, 23.01]],
  ["it looks from further off", [113.2, 22.8, 113.5, 23]],
  ["it comes so close that most of the box is out of view", [113.34, 22.92, 113.36, 22.94]],
] as const)("there is another box as %s", (_, view) => {
  const box = boxToFollow(AROUND, view);
  expect(box).not.toBe(AROUND);
  expect(boxToFollow(box, view)).toBe(box);
});

test("a box is none beyond the world", () => {
  const world: ViewBox = [-250, -85, 250, 85];
  const box = boxToFollow(null, world);
  expect(box).toEqual([-180, -90, 180, 90]);
  expect(boxToFollow(box, world)).toBe(box);
});
