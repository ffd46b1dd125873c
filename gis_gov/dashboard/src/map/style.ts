import type { GeoJSONSourceSpecification, StyleSpecification } from "maplibre-gl";
import { GROUND } from "../theme";
import { ALARM_LAYERS, ALARMS_SOURCE } from "./alarm_layers";
import { COVERAGE_SOURCE } from "./coverage_layers";
import { FENCES_SOURCE } from "./fence_layers";
import { DUTY_LAYERS, DUTY_SIGNS, DUTY_SOURCE, LOOKED_SOURCE } from "./duty_layers";
import { styleLayers } from "./layers";
import { PATROL_LAYERS, PATROL_SOURCE, POINTED_SOURCE } from "./patrol_layers";
import { SEARCH_LAYERS, SEARCH_SOURCE } from "./search_layers";
import { TRAILS_SOURCE } from "./trail_layers";
import { WORKERS, WORKERS_FOOT, WORKERS_SOURCE } from "./worker_layers";

const EMPTY: GeoJSONSourceSpecification = { type: "geojson", data: { type: "FeatureCollection", features: [] } };

/** The source of each tile layer, by the addresses of the sources: `…/tiles/areas,grids.json`. */
export function sourcesOf(style: StyleSpecification): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [id, source] of Object.entries(style.sources)) {
    const address = source.type === "vector" ? source.url : undefined;
    const names = /\/tiles\/([^/]+)\.json$/.exec(address ?? "")?.[1];
    for (const name of names?.split(",") ?? []) found.set(name, id);
  }
  return found;
}

/** Dress the server's style for the page: its sources, our layers; no fonts or icons are fetched. */
export function dress(style: StyleSpecification): StyleSpecification {
  const ground = styleLayers(sourcesOf(style));
  const workers = ground.findIndex((layer) => layer.id === WORKERS_FOOT);
  // A patrol's way lies on everything but those who may be at its end just now.
  const above = ground.splice(workers < 0 ? ground.length : workers);
  return {
    version: 8,
    sources: {
      ...style.sources,
      [WORKERS_SOURCE]: WORKERS,
      [COVERAGE_SOURCE]: EMPTY,
      [FENCES_SOURCE]: { ...EMPTY, promoteId: "code" },
      [TRAILS_SOURCE]: EMPTY,
      [DUTY_SOURCE]: EMPTY,
      [LOOKED_SOURCE]: EMPTY,
      [PATROL_SOURCE]: EMPTY,
      [POINTED_SOURCE]: EMPTY,
      [SEARCH_SOURCE]: EMPTY,
      [ALARMS_SOURCE]: EMPTY,
    },
    layers: [
      { id: "background", type: "background", paint: { "background-color": GROUND.background } },
      ...ground,
      ...DUTY_LAYERS,
      ...PATROL_LAYERS,
      ...DUTY_SIGNS,
      ...above,
      ...SEARCH_LAYERS,
      ...ALARM_LAYERS,
    ],
  };
}
