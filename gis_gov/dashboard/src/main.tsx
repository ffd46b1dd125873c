import "maplibre-gl/dist/maplibre-gl.css";
import "./style/index.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { ApiError, fetchStyle, fetchTileJson } from "./api/client";
import type { TileJson } from "./api/shapes";
import { followAddress, readAddress } from "./linking";
import { MapView } from "./map/view";
import { App, type Actions } from "./panel/App";
import { t } from "./panel/words";
import { askAgain, followSearch } from "./searching";
import { chosen, facts, layers, mapTrouble, noData, point, radiusM, zoom } from "./state";

declare global {
  interface Window {
    /** The map, for the browser's console and for tests; absent until it is made. */
    gisGovMap?: MapView["map"];
  }
}

/** All of China: shown where there is no data yet. */
const WHOLE_COUNTRY: Required<TileJson>["bounds"] = [73, 18, 135, 54];
/** Wider than any district: what a TileJson without data says. */
const WORLD_DEG = 300;

let view: MapView | null = null;

const actions: Actions = {
  onGo(place) {
    facts.value = [];
    point.value = place;
    view?.fitSearch(place, radiusM.value);
  },
  onCentre: () => view?.chooseCentre(),
  onFly(hit) {
    chosen.value = hit;
    view?.flyTo(hit.geometry.coordinates);
  },
  onZoom: (steps) => view?.zoomBy(steps),
  onHome: () => view?.goHome(),
  onAskAgain: askAgain,
  onMapRetry() {
    if (view) view.refresh();
    else location.reload();
  },
};

async function makeMap(container: HTMLElement): Promise<void> {
  const linked = location.hash.includes("map=");
  try {
    const [style, extent] = await Promise.all([fetchStyle(), fetchTileJson("grids")]);
    const bounds = extent.bounds && extent.bounds[2] - extent.bounds[0] < WORLD_DEG ? extent.bounds : null;
    noData.value = bounds === null;
    view = new MapView(container, style, bounds ?? WHOLE_COUNTRY, {
      onChoose(place, found) {
        facts.value = found;
        point.value = place;
      },
      onZoom(level) {
        zoom.value = level;
      },
      onTrouble(detail) {
        mapTrouble.value = { key: "error.map", detail };
      },
    });
  } catch (error) {
    const key = error instanceof ApiError ? (error.status === 0 ? "error.offline" : "error.map") : "error.webgl";
    mapTrouble.value = { key, detail: error instanceof ApiError ? error.message : "" };
    return;
  }
  window.gisGovMap = view.map;
  if (point.value && !linked) view.fitSearch(point.value, radiusM.value);
  follow(view);
}

function follow(map: MapView): void {
  effect(() => {
    map.showLayers(layers.value);
  });
  effect(() => {
    map.showSearch(point.value, radiusM.value, chosen.value?.geometry.coordinates ?? null);
  });
  effect(() => {
    map.describe(`${t("map")}. ${t("mapHelp")}`);
  });
}

readAddress();
const root = document.getElementById("app");
if (root) {
  let made = false;
  const mapRef = (container: HTMLElement): void => {
    if (made) return;
    made = true;
    void makeMap(container);
  };
  render(<App actions={actions} mapRef={mapRef} />, root);
  followAddress();
  followSearch();
}
