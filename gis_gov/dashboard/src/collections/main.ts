import "maplibre-gl/dist/maplibre-gl.css";
import "./collections.css";
import { LngLatBounds, Map as MapLibreMap, NavigationControl, Popup, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { FeatureCollection } from "geojson";
import { LAYERS, SOURCE } from "./layers";
import { positions } from "./positions";

declare global {
  interface Window {
    /** For tests, which look at what is drawn. */
    gisGovFeatures?: MapLibreMap;
  }
}

const PADDING_PX = 32;
const MAX_ZOOM = 17;

/** Draw the page's features, which the page itself brings along. */
function draw(place: HTMLElement, data: FeatureCollection): void {
  setWorkerUrl(workerUrl);
  const bounds = new LngLatBounds();
  for (const position of positions(data)) bounds.extend(position as [number, number]);
  const map = new MapLibreMap({
    container: place,
    style: { version: 8, sources: { [SOURCE]: { type: "geojson", data } }, layers: [...LAYERS] },
    ...(bounds.isEmpty() ? {} : { bounds, fitBoundsOptions: { padding: PADDING_PX, maxZoom: MAX_ZOOM } }),
    maxPitch: 0,
    dragRotate: false,
    attributionControl: false,
  });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-right");
  map.on("click", (event) => {
    const [found] = map.queryRenderedFeatures(event.point);
    if (!found) return;
    const { code, name } = found.properties as { code?: string; name?: string };
    // As text: a name may hold whatever somebody wrote.
    new Popup().setLngLat(event.lngLat).setText([name, code].filter(Boolean).join(" · ")).addTo(map);
  });
  window.gisGovFeatures = map;
}

const place = document.querySelector<HTMLElement>("#map");
if (place?.dataset.features) {
  const data = JSON.parse(place.dataset.features) as FeatureCollection;
  try {
    draw(place, data);
  } catch {
    // Without WebGL the table tells all there is.
    place.hidden = true;
  }
}
