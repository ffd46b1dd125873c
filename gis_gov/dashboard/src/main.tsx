import "maplibre-gl/dist/maplibre-gl.css";
import "./style/index.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { ApiError, fetchStyle, fetchTileJson, needsSignIn } from "./api/client";
import type { TileJson } from "./api/shapes";
import { comeBack } from "./away";
import { followLive } from "./following";
import { errorKey } from "./format";
import { followAddress, readAddress } from "./linking";
import { sourcesOf } from "./map/style";
import { MapView } from "./map/view";
import { App, type Actions } from "./panel/App";
import { t } from "./panel/words";
import { watchPresence } from "./presence";
import { askAgain, followSearch } from "./searching";
import { findOut, followSession } from "./signing";
import { chosen, facts, isIn, layers, mapTrouble, noData, point, radiusM, signFailure, tiles, zoom } from "./state";

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
    tiles.value = new Set(sourcesOf(style).keys());
    view = new MapView(container, style, bounds ?? WHOLE_COUNTRY, {
      onChoose(place, found) {
        facts.value = found;
        point.value = place;
      },
      onZoom(level) {
        zoom.value = level;
      },
      onTrouble(detail, status) {
        if (status === 401 || status === 403) void findOut();
        if (status !== 401) mapTrouble.value = { key: status === 403 ? "error.403" : "error.map", detail };
      },
    });
  } catch (error) {
    // The gate says so, and the map is made once it is passed.
    if (error instanceof ApiError && needsSignIn(error)) return;
    mapTrouble.value =
      error instanceof ApiError
        ? { key: error.status === 0 || error.status === 403 ? errorKey(error.status) : "error.map", detail: error.message }
        : { key: "error.webgl", detail: "" };
    return;
  }
  window.gisGovMap = view.map;
  if (point.value && !linked) view.fitSearch(point.value, radiusM.value);
  follow(view);
  followLive(view);
}

/** Go on where the map was when the session ended. */
function resume(container: HTMLElement): void {
  if (view) view.refresh();
  else if (!mapTrouble.peek()) void makeMap(container);
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

watchPresence();
signFailure.value = comeBack();
readAddress();
const root = document.getElementById("app");
if (root) {
  let container: HTMLElement | null = null;
  const mapRef = (element: HTMLElement): void => {
    if (container) return;
    container = element;
    void makeMap(element);
  };
  render(<App actions={actions} mapRef={mapRef} />, root);
  followAddress();
  followSearch();
  effect(() => {
    if (isIn.value && container) resume(container);
  });
  followSession();
}
