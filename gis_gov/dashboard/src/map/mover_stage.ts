import { LngLatBounds, type Map as MapLibreMap } from "maplibre-gl";
import type { Frame, MoverStage } from "../playback/playing";
import type { Track } from "../playback/track";
import { MoverCanvas } from "./mover_canvas";
import { lonLatOf } from "./plane";
import { paddingFor } from "./room";

/** Who is followed stays in the middle of the map: so much of it at each edge is left to move in. */
const EDGE_SHARE = 0.25;
const CLOSEST_ZOOM = 17;
/** What the player covers at the foot of the map. */
const PLAYER_PX = 96;

/** Where movers are drawn on a map, and clicked. */
export class MoverMap implements MoverStage {
  readonly #canvas: MoverCanvas;
  #clicked: (worker: string) => void = () => undefined;

  constructor(readonly map: MapLibreMap) {
    this.#canvas = new MoverCanvas(map);
  }

  drawMovers(frame: Frame | null): void {
    this.#canvas.draw(frame);
  }

  fitMovers(tracks: readonly Track[]): void {
    const bounds = new LngLatBounds();
    for (const { xs, ys } of tracks) {
      const [west, east] = extremes(xs);
      const [north, south] = extremes(ys);
      bounds.extend(lonLatOf(west, north)).extend(lonLatOf(east, south));
    }
    const padding = paddingFor(this.map.getContainer());
    this.map.fitBounds(bounds, {
      padding: { ...padding, bottom: (padding.bottom ?? 0) + PLAYER_PX },
      maxZoom: CLOSEST_ZOOM,
    });
  }

  keepInView(x: number, y: number): void {
    const place = lonLatOf(x, y);
    const at = this.map.project(place);
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    const isInside = (value: number, size: number) => value > size * EDGE_SHARE && value < size * (1 - EDGE_SHARE);
    if (isInside(at.x, width) && isInside(at.y, height)) return;
    if (!this.map.isMoving()) this.map.panTo(place, { duration: 300 });
  }

  onMovers(moved: () => void, clicked: (worker: string) => void): void {
    this.#clicked = clicked;
    this.map.on("move", moved);
    this.map.on("resize", moved);
  }

  /** Tell whether a click met a mover; then it was meant for it. */
  click(x: number, y: number): boolean {
    const worker = this.#canvas.hit(x, y);
    if (worker !== null) this.#clicked(worker);
    return worker !== null;
  }
}

function extremes(values: Float64Array): [least: number, greatest: number] {
  return values.reduce<[number, number]>(
    ([least, greatest], value) => [Math.min(least, value), Math.max(greatest, value)],
    [Infinity, -Infinity],
  );
}
