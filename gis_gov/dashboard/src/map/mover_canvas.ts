import type { Map as MapLibreMap } from "maplibre-gl";
import { FONTS } from "./draft";
import { GROUND } from "../theme";
import { nowhere, placeAt, traceTrail } from "../playback/track";
import type { Frame } from "../playback/playing";
import { planeX, planeY } from "./plane";
import { ThinPen } from "./thin_pen";

const TILE_PX = 512;
const RADIUS_PX = 6;
const HIT_PX = 14;
const NAMES_FROM = 15;
/** Hues that are far apart, whichever movers are beside each other. */
const GOLDEN_DEG = 137.508;
const OFF_PX = 40;

/** The colour of a mover's sign and trail. */
export function moverColour(order: number): string {
  return `hsl(${Math.round(order * GOLDEN_DEG) % 360} 85% 66%)`;
}

/**
 * Movers and their trails, on a canvas of their own above the map: the map itself, which takes far
 * longer to draw, stands still while they move.
 */
export class MoverCanvas {
  readonly #canvas = document.createElement("canvas");
  readonly #map: MapLibreMap;
  #frame: Frame | null = null;

  constructor(map: MapLibreMap) {
    this.#map = map;
    this.#canvas.className = "movers";
    this.#canvas.setAttribute("aria-hidden", "true");
    map.getCanvasContainer().after(this.#canvas);
  }

  /** Draw a picture; null takes it off. */
  draw(frame: Frame | null): void {
    this.#frame = frame;
    const context = this.#begin();
    if (!context || !frame) return;
    const { zoom, scale, left, top } = this.#window();
    const pen = new ThinPen(context, scale, left, top);
    context.lineJoin = "bevel";
    context.lineWidth = 2.5;
    context.globalAlpha = 0.6;
    frame.tracks.forEach((track, order) => {
      context.beginPath();
      traceTrail(track, frame.atS, frame.trailS, pen);
      pen.finish();
      context.strokeStyle = moverColour(order);
      context.stroke();
    });
    this.#eachInView((x, y, order, isKnown) => {
      const track = frame.tracks[order];
      const isChosen = track?.worker === frame.chosen;
      context.globalAlpha = isKnown ? 1 : 0.45;
      this.#sign(context, x, y, moverColour(order), isChosen);
      if (track && (isChosen || zoom >= NAMES_FROM)) this.#name(context, x, y, track.name ?? track.worker);
    });
  }

  /** The code of the mover at a place on the screen; null for none. */
  hit(atX: number, atY: number): string | null {
    let [nearest, found]: [number, string | null] = [HIT_PX, null];
    this.#eachInView((x, y, order) => {
      const away = Math.hypot(x - atX, y - atY);
      if (away > nearest) return;
      nearest = away;
      found = this.#frame?.tracks[order]?.worker ?? null;
    });
    return found;
  }

  #begin(): CanvasRenderingContext2D | null {
    const { clientWidth: width, clientHeight: height } = this.#map.getContainer();
    const ratio = devicePixelRatio;
    const [inX, inY] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== inX) this.#canvas.width = inX;
    if (this.#canvas.height !== inY) this.#canvas.height = inY;
    const context = this.#canvas.getContext("2d");
    if (!context) return null;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }

  /** How the plane lies on the screen: the map is neither turned nor tilted. */
  #window(): { zoom: number; scale: number; left: number; top: number } {
    const { lng, lat } = this.#map.getCenter();
    const { clientWidth: width, clientHeight: height } = this.#map.getContainer();
    const zoom = this.#map.getZoom();
    const scale = TILE_PX * 2 ** zoom;
    return { zoom, scale, left: planeX(lng) * scale - width / 2, top: planeY(lat) * scale - height / 2 };
  }

  #eachInView(see: (x: number, y: number, order: number, isKnown: boolean) => void): void {
    const frame = this.#frame;
    if (!frame) return;
    const { scale, left, top } = this.#window();
    const { clientWidth: width, clientHeight: height } = this.#map.getContainer();
    const place = nowhere();
    frame.tracks.forEach((track, order) => {
      placeAt(track, frame.atS, place);
      const [x, y] = [place.x * scale - left, place.y * scale - top];
      if (!place.isShown || x < -OFF_PX || y < -OFF_PX || x > width + OFF_PX || y > height + OFF_PX) return;
      see(x, y, order, place.isKnown);
    });
  }

  #sign(context: CanvasRenderingContext2D, x: number, y: number, colour: string, isChosen: boolean): void {
    context.beginPath();
    context.arc(x, y, RADIUS_PX, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = GROUND.halo;
    context.stroke();
    if (!isChosen) return;
    context.beginPath();
    context.arc(x, y, RADIUS_PX + 5, 0, 2 * Math.PI);
    context.lineWidth = 2.5;
    context.strokeStyle = GROUND.search;
    context.stroke();
  }

  #name(context: CanvasRenderingContext2D, x: number, y: number, name: string): void {
    context.font = `12px ${FONTS.map((font) => (font.includes("-") ? font : `"${font}"`)).join(", ")}`;
    context.textAlign = "center";
    context.textBaseline = "top";
    context.lineWidth = 3;
    context.strokeStyle = GROUND.halo;
    context.strokeText(name, x, y + RADIUS_PX + 4);
    context.fillStyle = GROUND.areaText;
    context.fillText(name, x, y + RADIUS_PX + 4);
  }
}
