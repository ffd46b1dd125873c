import { beforeEach, expect, test } from "vitest";
import { PlayClock } from "./clock";

let clock: PlayClock;
beforeEach(() => {
  clock = new PlayClock(1000, 1600);
  clock.speed = 60;
});

test("it stands until it is to play", () => {
  expect(clock.tick(0)).toBe(false);
  expect(clock.atS).toBe(1000);
});

test("time passes so many times as fast", () => {
  clock.play();
  for (const nowMs of [5000, 5016, 5032, 5100]) expect(clock.tick(nowMs)).toBe(true);
  expect(clock.atS).toBeCloseTo(1006);
  clock.speed = 600;
  clock.tick(5200);
  expect(clock.atS).toBeCloseTo(1066);
});

test("it does not leap over what nobody saw, and goes on after a rest where it was", () => {
  clock.play();
  clock.tick(0);
  clock.tick(60_000);
  expect(clock.atS).toBeCloseTo(1015);
  clock.pause();
  clock.play();
  clock.tick(90_000);
  expect(clock.atS).toBeCloseTo(1015);
});

test("it ends at the end, and begins anew from there", () => {
  clock.speed = 600;
  clock.play();
  for (let nowMs = 0; nowMs <= 1000; nowMs += 200) clock.tick(nowMs);
  expect(clock.atS).toBe(1600);
  expect(clock.isPlaying).toBe(false);
  clock.play();
  expect(clock.atS).toBe(1000);
});

test.each([
  [900, 1000],
  [1234.5, 1234.5],
  [2000, 1600],
])("asked for %d it is at %d", (asked, got) => {
  clock.seek(asked);
  expect(clock.atS).toBe(got);
});
