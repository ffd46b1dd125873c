import { expect, test } from "vitest";
import { ThinPen } from "./thin_pen";

const rounded = (pixels: number) => Math.round(pixels * 10) / 10;

function drawn(...strokes: readonly (readonly [number, number])[][]): string {
  let told = "";
  const onto = {
    moveTo: (x: number, y: number) => { told += `M${rounded(x)} ${rounded(y)}`; },
    lineTo: (x: number, y: number) => { told += `L${rounded(x)} ${rounded(y)}`; },
  };
  const pen = new ThinPen(onto, 100, 10, 20);
  for (const [first, ...others] of strokes) {
    if (first) pen.moveTo(...first);
    for (const place of others) pen.lineTo(...place);
  }
  pen.finish();
  return told;
}

test("places of the plane are drawn where they lie on the screen", () => {
  expect(drawn([[0.5, 0.5], [1, 0.25]])).toBe("M40 30L90 5");
});

test("corners that are close to the last are left out, but not the end", () => {
  expect(drawn([[0.5, 0.5], [0.505, 0.5], [0.51, 0.5], [0.6, 0.5], [0.605, 0.5]])).toBe("M40 30L50 30L50.5 30");
});

test("each line has its own end", () => {
  expect(drawn([[0.5, 0.5], [0.505, 0.5]], [[1, 1], [1.005, 1]])).toBe("M40 30L40.5 30M90 80L90.5 80");
});
