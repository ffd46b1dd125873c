import type { Pen } from "../playback/track";

/** Corners that are closer than this are not seen, and a day of them takes long to draw. */
const CLOSE_PX = 2;

/** Draws lines of the plane on the screen, without corners that nobody would see. */
export class ThinPen implements Pen {
  #x = 0;
  #y = 0;
  #lastX = 0;
  #lastY = 0;
  #isBehind = false;

  /** `scale` is the width of the plane in pixels, `left` and `top` its place on the screen. */
  constructor(
    readonly onto: Pen,
    readonly scale: number,
    readonly left: number,
    readonly top: number,
  ) {}

  moveTo(x: number, y: number): void {
    this.finish();
    this.#at(x, y);
    this.#draw("moveTo");
  }

  lineTo(x: number, y: number): void {
    this.#at(x, y);
    this.#isBehind = true;
    if (Math.abs(this.#x - this.#lastX) + Math.abs(this.#y - this.#lastY) >= CLOSE_PX) this.#draw("lineTo");
  }

  /** Draw what was left out at the end of a line. */
  finish(): void {
    if (this.#isBehind) this.#draw("lineTo");
  }

  #at(x: number, y: number): void {
    this.#x = x * this.scale - this.left;
    this.#y = y * this.scale - this.top;
  }

  #draw(stroke: keyof Pen): void {
    this.onto[stroke](this.#x, this.#y);
    [this.#lastX, this.#lastY, this.#isBehind] = [this.#x, this.#y, false];
  }
}
