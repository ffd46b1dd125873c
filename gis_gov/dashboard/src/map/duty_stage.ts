import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import type { LonLat } from "../api/shapes";
import { boundsOf, cornersOf, type Ground } from "../workers/ground";
import { DUTY_SOURCE, dutyFeatures, LOOKED_SOURCE, lookedFeatures, type DutyNames } from "./duty_layers";
import { paddingFor } from "./room";

const CLOSEST_ZOOM = 17;

/** Draws where a rule asks to go on a map. */
export class DutyMap {
  constructor(readonly map: MapLibreMap) {}

  /** Draw a ground with what was missed there; null takes it off the map. */
  showGround(ground: Ground | null, names: DutyNames): void {
    void this.map.getSource<GeoJSONSource>(DUTY_SOURCE)?.setData(dutyFeatures(ground, names));
  }

  /** Move so that all of a ground is in view. */
  fitGround(ground: Ground): void {
    this.#fit(cornersOf(ground));
  }

  /** Mark a part, and move close to it. */
  showLooked(places: readonly LonLat[] | null): void {
    void this.map.getSource<GeoJSONSource>(LOOKED_SOURCE)?.setData(lookedFeatures(places));
    if (places) this.#fit(places);
  }

  #fit(places: readonly LonLat[]): void {
    const bounds = boundsOf(places);
    if (bounds) this.map.fitBounds(bounds, { padding: paddingFor(this.map.getContainer()), maxZoom: CLOSEST_ZOOM });
  }
}
