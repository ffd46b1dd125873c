import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import type { Trails } from "../workers/trails";
import { TRAILS_FROM, TRAILS_LAYER, TRAILS_SOURCE } from "./trail_layers";

/** Draws the trails of the workers in view on a map. */
export class TrailMap {
  #trails: Trails | null = null;
  #isEmpty = true;

  constructor(readonly map: MapLibreMap) {
    map.on("moveend", () => {
      if (this.#trails) this.drawTrails(this.#trails);
    });
  }

  /** Draw the trails as they are now, if they are shown at all. */
  drawTrails(trails: Trails): void {
    this.#trails = trails;
    const source = this.map.getSource<GeoJSONSource>(TRAILS_SOURCE);
    const isShown = this.map.getZoom() >= TRAILS_FROM && this.map.getLayer(TRAILS_LAYER)?.visibility !== "none";
    if (!source || !isShown) return;
    const bounds = this.map.getBounds();
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] as const;
    const features = trails.within(box, Date.now());
    if (this.#isEmpty && features.length === 0) return;
    this.#isEmpty = features.length === 0;
    void source.setData({ type: "FeatureCollection", features });
  }
}
