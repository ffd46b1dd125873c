import { describe, expect, test } from "vitest";
import { lonLatOf, planeDistanceM, planeX, planeY } from "../map/plane";
import { nowhere, placeAt, rowAt, stateAt, traceTrail, trackOf, type Piece, type Track } from "./track";

/** A way to the east: times in seconds, and metres from its beginning. */
function piece(...fixes: [timeS: number, eastM: number][]): Piece {
  const perMetre = 1 / planeDistanceM(planeX(113), planeY(23), planeX(113) + 1, planeY(23));
  return {
    timesS: Float64Array.from(fixes, ([time]) => time),
    xs: Float64Array.from(fixes, ([, east]) => planeX(113) + east * perMetre),
    ys: Float64Array.from(fixes, () => planeY(23)),
  };
}
const eastM = ({ x, y }: { x: number; y: number }) => planeDistanceM(planeX(113), planeY(23), x, y);
const at = (track: Track, atS: number) => placeAt(track, atS, nowhere());
/** The strokes of a trail, in metres. */
function strokes(track: Track, atS: number, lengthS: number): number[][] {
  const drawn: number[][] = [];
  const metres = (x: number, y: number) => Math.round(eastM({ x, y }));
  traceTrail(track, atS, lengthS, {
    moveTo: (x, y) => drawn.push([metres(x, y)]),
    lineTo: (x, y) => drawn.at(-1)?.push(metres(x, y)),
  });
  return drawn.filter((stroke) => stroke.length > 1);
}

describe("the plane", () => {
  test("is there and back the same", () => {
    const [lon, lat] = lonLatOf(planeX(113.36), planeY(22.95));
    expect(lon).toBeCloseTo(113.36, 9);
    expect(lat).toBeCloseTo(22.95, 9);
  });

  test("has metres: a minute of latitude is a sea mile, and of longitude less", () => {
    expect(planeDistanceM(planeX(113), planeY(23), planeX(113), planeY(23 + 1 / 60))).toBeCloseTo(1852, -1.4);
    const ratio = Math.cos((23 * Math.PI) / 180);
    expect(planeDistanceM(planeX(113), planeY(23), planeX(113 + 1 / 60), planeY(23)) / 1855.3).toBeCloseTo(ratio, 3);
  });
});

describe("a track", () => {
  const track = trackOf("W1", null, [piece([0, 0], [10, 20], [20, 30], [420, 730], [430, 740])]);

  test("has a row for each moment from the first fix on", () => {
    expect([-1, 0, 9.9, 10, 25, 1000].map((atS) => rowAt(track, atS))).toEqual([-1, 0, 0, 1, 2, 4]);
  });

  test("is gone evenly between fixes", () => {
    expect(eastM(at(track, 5))).toBeCloseTo(10, 3);
    expect(eastM(at(track, 17.5))).toBeCloseTo(27.5, 3);
    expect(at(track, 5)).toMatchObject({ isShown: true, isKnown: true });
  });

  test("stands over a gap where it was known last", () => {
    expect(eastM(at(track, 20.5))).toBeCloseTo(30, 3);
    expect(eastM(at(track, 419))).toBeCloseTo(30, 3);
    expect(at(track, 200).isKnown).toBe(false);
    expect(eastM(at(track, 420))).toBeCloseTo(730, 3);
    expect(at(track, 420).isKnown).toBe(true);
  });

  test("is shown nowhere before, and dimmed some time after", () => {
    expect(at(track, -1).isShown).toBe(false);
    expect(at(track, 700)).toMatchObject({ isShown: true, isKnown: true });
    expect(at(track, 731)).toMatchObject({ isShown: true, isKnown: false });
    expect(eastM(at(track, 731))).toBeCloseTo(740, 3);
  });

  test.each([
    ["long, but not far", [0, 0], [301, 299], 0],
    ["far, but not long", [0, 0], [300, 301], 0],
    ["long and far", [0, 0], [301, 301], 1],
  ] as const)("%s is a gap or none", (_, first, second, isGap) => {
    expect(trackOf("W1", null, [piece([...first], [...second])]).isGap[0]).toBe(isGap);
  });

  test("of several goes is put in order, and nobody stands between them", () => {
    const two = trackOf("W1", "张某", [piece([1000, 50], [1010, 60]), piece(), piece([0, 0], [10, 20])]);
    expect([...two.timesS]).toEqual([0, 10, 1000, 1010]);
    expect([...two.isGap]).toEqual([0, 1, 0, 0]);
    expect(at(two, 500).isKnown).toBe(false);
  });

  test("tells what he does", () => {
    const walk = trackOf("W1", null, [piece([0, 0], [100, 100], [400, 110], [800, 600])]);
    expect([-5, 50, 350, 500, 900, 1200].map((atS) => stateAt(walk, atS))).toEqual([
      "waiting",
      "going",
      "standing",
      "silent",
      "going",
      "over",
    ]);
  });
});

describe("a trail", () => {
  const track = trackOf("W1", null, [piece([0, 0], [10, 10], [20, 20], [420, 720], [430, 730])]);

  test("reaches back as long as it is to", () => {
    expect(strokes(track, 15, 10)).toEqual([[5, 10, 15]]);
    expect(strokes(track, 15, 60)).toEqual([[0, 10, 15]]);
    expect(strokes(track, 5, 2)).toEqual([[3, 5]]);
  });

  test("leaves gaps out", () => {
    expect(strokes(track, 425, 1000)).toEqual([
      [0, 10, 20],
      [720, 725],
    ]);
    expect(strokes(track, 300, 1000)).toEqual([[0, 10, 20]]);
    expect(strokes(track, 425, 60)).toEqual([[720, 725]]);
  });

  test("is none before the first fix, and none without length", () => {
    expect(strokes(track, -1, 60)).toEqual([]);
    expect(strokes(track, 15, 0).flat().every((metres) => metres === 15)).toBe(true);
  });
});
