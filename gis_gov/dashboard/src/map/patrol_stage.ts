import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import type { Fixes } from "../api/fixes";
import type { PatrolWhole } from "../api/patrols";
import type { LonLat } from "../api/shapes";
import { cornersOf, type Ground } from "../workers/ground";
import { PATROL_SOURCE, patrolBounds, patrolFeatures, POINTED_SOURCE } from "./patrol_layers";
import { paddingFor } from "./room";

const CLOSEST_ZOOM = 17;

/** Draws the chosen patrol on a map. */
export class PatrolMap {
  constructor(readonly map: MapLibreMap) {}

  /** Draw a patrol, with its fixes if they are known; null takes it off the map. */
  showPatrol(patrol: PatrolWhole | null, fixes: Fixes | null, nameReason: (reason: string) => string): void {
    void this.map.getSource<GeoJSONSource>(PATROL_SOURCE)?.setData(patrolFeatures(patrol, fixes, nameReason));
  }

  /** Move so that all of it is in view, and where it should have gone. */
  fitPatrol(patrol: PatrolWhole, ground: Ground | null): void {
    const bounds = patrolBounds(patrol, ground ? cornersOf(ground) : []);
    if (!bounds) return;
    this.map.fitBounds(bounds, { padding: paddingFor(this.map.getContainer()), maxZoom: CLOSEST_ZOOM });
  }

  /** Mark a place, and move there if it is out of view. */
  showPointed(place: LonLat | null): void {
    const features = place
      ? [{ type: "Feature" as const, geometry: { type: "Point" as const, coordinates: [...place] }, properties: {} }]
      : [];
    void this.map.getSource<GeoJSONSource>(POINTED_SOURCE)?.setData({ type: "FeatureCollection", features });
    if (place && !this.map.getBounds().contains([...place])) this.map.panTo([...place]);
  }
}
