import type { FeatureCollection } from "geojson";
import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import type { Fence } from "../api/fences";
import { coverageFeatures, type Cell } from "../coverage/coverage_cells";
import { COVERAGE_SOURCE } from "./coverage_layers";
import { fenceFeatures, FENCES_SOURCE } from "./fence_layers";

/** Draws what the page itself asked for on a map: fences, and the ground that was walked. */
export class FedMap {
  constructor(readonly map: MapLibreMap) {}

  /** Draw these fences. */
  showFences(fences: readonly Fence[]): void {
    this.#feed(FENCES_SOURCE, fenceFeatures(fences));
  }

  /** Draw these cells. */
  showCoverage(cells: readonly Cell[]): void {
    this.#feed(COVERAGE_SOURCE, coverageFeatures(cells));
  }

  #feed(source: string, data: FeatureCollection): void {
    const draw = (): void => {
      void this.map.getSource<GeoJSONSource>(source)?.setData(data);
    };
    if (this.map.getSource(source)) draw();
    else void this.map.once("style.load", draw);
  }
}
