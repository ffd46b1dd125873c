import {
  AJAXError,
  AttributionControl,
  Map as MapLibreMap,
  ScaleControl,
  setWorkerUrl,
  type FeatureIdentifier,
  type GeoJSONSource,
  type LngLatBoundsLike,
  type MapGeoJSONFeature,
  type MapMouseEvent,
  type Point,
  type StyleSpecification,
  type VectorTileSource,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { LonLat } from "../api/shapes";
import type { ViewBox } from "../workers/view_box";
import type { Changes } from "../workers/whereabouts";
import { round } from "../hash";
import { presenceHeaders } from "../presence";
import { circle, searchFeatures } from "./circle";
import { readFacts, type Fact } from "./facts";
import { drawIcons } from "./icons";
import { switchesOf, tileNameOf, type LayerName } from "./layers";
import { paddingFor } from "./room";
import { SEARCH_SOURCE } from "./search_layers";
import { dress, sourcesOf } from "./style";
import { WORKERS_SOURCE } from "./worker_layers";

/** How far beside a point feature a click still means it, in screen pixels. */
const CLICK_REACH_PX = 6;
const FLY_ZOOM = 17;

/** What the map tells the page. */
export interface MapEvents {
  /** A place was chosen: by a click on it, or by Enter at the map's centre. */
  onChoose(place: LonLat, facts: readonly Fact[]): void;
  /** Tells whether a click was meant for something that is drawn above the map. */
  takesClick(x: number, y: number): boolean;
  onZoom(zoom: number): void;
  onTrouble(detail: string, status: number | null): void;
}

/** The map: what it shows is set here, what happens on it goes to `events`. */
export class MapView {
  readonly map: MapLibreMap;
  readonly #home: LngLatBoundsLike;
  readonly #sources: ReadonlyMap<string, string>;
  #hovered: FeatureIdentifier | undefined;
  #styled = false;

  /**
   * Make a map of the server's style.
   * @throws {Error} The browser has no WebGL 2.
   */
  constructor(
    container: HTMLElement,
    style: StyleSpecification,
    home: LngLatBoundsLike,
    readonly events: MapEvents,
  ) {
    setWorkerUrl(workerUrl);
    this.#home = home;
    this.#sources = sourcesOf(style);
    this.map = new MapLibreMap({
      container,
      style: dress(style),
      bounds: home,
      fitBoundsOptions: { padding: paddingFor(container) },
      // Names fade in, but not for those who asked for stillness.
      fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 300,
      hash: "map",
      // What is out of view is asked for again when it comes back: it may have changed meanwhile.
      maxTileCacheSize: 0,
      maxZoom: 20,
      maxPitch: 0,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      attributionControl: false,
      transformRequest: (url) => ({ url, headers: presenceHeaders() }),
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new AttributionControl({ compact: true }), "bottom-right");
    this.map.addControl(new ScaleControl({ maxWidth: 110, unit: "metric" }), "bottom-right");
    drawIcons(this.map);
    this.#listen();
  }

  /** Show these tile layers and hide the others. */
  showLayers(shown: readonly LayerName[]): void {
    this.#whenStyled(() => {
      for (const layer of this.map.getStyle().layers) {
        const switches = switchesOf(layer);
        if (switches.length === 0) continue;
        const visible = switches.every((name) => shown.includes(name));
        this.map.setLayoutProperty(layer.id, "visibility", visible ? "visible" : "none");
      }
    });
  }

  /** Draw a search's circle and rings, and a mark on the chosen result. */
  showSearch(centre: LonLat | null, radiusM: number, chosen: LonLat | null): void {
    this.#whenStyled(() => {
      const data = searchFeatures(centre, radiusM);
      if (chosen) {
        data.features.push({
          type: "Feature",
          geometry: { type: "Point", coordinates: [...chosen] },
          properties: { role: "chosen" },
        });
      }
      void this.map.getSource<GeoJSONSource>(SEARCH_SOURCE)?.setData(data);
    });
  }

  /** Move to one place, close enough to tell it from its neighbours. */
  flyTo(place: LonLat): void {
    this.map.flyTo({ center: [...place], zoom: Math.max(this.map.getZoom(), FLY_ZOOM) });
  }

  /** Move so that the whole search circle is in view. */
  fitSearch(centre: LonLat, radiusM: number): void {
    const ring = circle(centre, Math.max(radiusM, 200));
    const [lons, lats] = [ring.map(([lon]) => lon ?? 0), ring.map(([, lat]) => lat ?? 0)];
    this.#fit([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]);
  }

  /** Move to where all the data lies. */
  goHome(): void {
    this.map.fitBounds(this.#home, { padding: paddingFor(this.map.getContainer()) });
  }

  /** Come closer by whole zoom steps, or go away by negative ones. */
  zoomBy(steps: number): void {
    this.map.zoomTo(this.map.getZoom() + steps);
  }

  /** Choose the map's centre, as Enter does. */
  chooseCentre(): void {
    const { lng, lat } = this.map.getCenter();
    this.#choose(this.map.project([lng, lat]), [round(lng), round(lat)]);
  }

  /** Ask again for the tiles of some layers. */
  refreshTiles(names: ReadonlySet<string>): void {
    for (const id of new Set([...names].map((name) => this.#sources.get(name)))) {
      const made = id === undefined ? undefined : this.map.getSource<VectorTileSource>(id);
      if (made) this.#refreshInView(made);
    }
  }

  /** Ask again for the tiles in view. */
  refresh(): void {
    for (const [id, source] of Object.entries(this.map.getStyle().sources)) {
      if (source.type !== "vector") continue;
      const made = this.map.getSource<VectorTileSource>(id);
      if (!made) continue;
      // A source that was not told where its tiles are asks for that first.
      if (!Array.isArray(made.tiles) && source.url) made.setUrl(source.url);
      else this.#refreshInView(made);
    }
  }

  /** Draw what changed of where the workers are. */
  drawWorkers({ isAll, put, gone }: Changes): void {
    this.#whenStyled(() => {
      const source = this.map.getSource<GeoJSONSource>(WORKERS_SOURCE);
      if (isAll) void source?.setData({ type: "FeatureCollection", features: put });
      else void source?.updateData({ remove: gone, add: put });
    });
  }

  /** Call back whenever a tile has come that may tell names of workers. */
  onWorkerNames(hear: () => void): void {
    const id = this.#sources.get("workers");
    this.map.on("sourcedata", (event) => {
      if (event.sourceId === id && "tile" in event && event.tile) hear();
    });
  }

  /** The names of the workers in the tiles at hand, by code. */
  workerNames(): ReadonlyMap<string, string> {
    const id = this.#sources.get("workers");
    const found = id === undefined ? [] : this.map.querySourceFeatures(id, { sourceLayer: "workers" });
    return new Map(
      found.flatMap(({ properties: { code, name } }) =>
        typeof code === "string" && typeof name === "string" ? [[code, name]] : [],
      ),
    );
  }

  /** Call back with what is in view, now and whenever the map has moved. */
  onView(hear: (box: ViewBox) => void): void {
    const tell = (): void => {
      const [[west, south], [east, north]] = this.map.getBounds().toArray();
      hear([west, south, east, north]);
    };
    this.map.on("moveend", tell);
    tell();
  }

  /** Name the map for screen readers. */
  describe(text: string): void {
    this.map.getCanvas().setAttribute("aria-label", text);
  }

  #listen(): void {
    this.map.on("click", (event: MapMouseEvent) => {
      if (this.events.takesClick(event.point.x, event.point.y)) return;
      this.#choose(event.point, [round(event.lngLat.lng), round(event.lngLat.lat)]);
    });
    this.map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.chooseCentre();
    });
    this.map.on("error", (event) => {
      const { error } = event;
      this.events.onTrouble(error.message, error instanceof AJAXError ? error.status : null);
    });
    this.map.on("zoom", () => {
      this.events.onZoom(this.map.getZoom());
    });
    this.map.on("load", () => {
      this.events.onZoom(this.map.getZoom());
    });
    this.map.on("style.load", () => {
      this.#styled = true;
    });
    this.map.on("mousemove", ["grids-fill", "grids-fine-fill"], (event) => {
      this.#hover(event.features?.[0]);
    });
    this.map.on("mouseleave", ["grids-fill", "grids-fine-fill"], () => {
      this.#hover(undefined);
    });
  }

  /** MapLibre asks anew for a tile that failed only where it is named; asked for all, it waits on. */
  #refreshInView({ id, minzoom, maxzoom, tileSize }: VectorTileSource): void {
    const inView = this.map.coveringTiles({ minzoom, maxzoom, tileSize });
    this.map.refreshTiles(
      id,
      inView.map(({ canonical }) => canonical),
    );
  }

  #hover(grid: MapGeoJSONFeature | undefined): void {
    if (this.#hovered?.id === grid?.id) return;
    if (this.#hovered) this.map.setFeatureState(this.#hovered, { hover: false });
    this.#hovered = undefined;
    if (grid?.id === undefined) return;
    this.#hovered = { source: grid.source, sourceLayer: "grids", id: grid.id };
    this.map.setFeatureState(this.#hovered, { hover: true });
  }

  /** Points are chosen with some reach; areas only right under the pointer. */
  #choose(at: Point, place: LonLat): void {
    const layers = this.map
      .getStyle()
      .layers.filter((layer) => switchesOf(layer).length > 0 && layer.id !== "cameras-view")
      .map((layer) => layer.id);
    const near = this.map.queryRenderedFeatures(
      [
        [at.x - CLICK_REACH_PX, at.y - CLICK_REACH_PX],
        [at.x + CLICK_REACH_PX, at.y + CLICK_REACH_PX],
      ],
      { layers },
    );
    const points = near.filter((feature) => feature.geometry.type === "Point");
    const found = [...points, ...this.map.queryRenderedFeatures(at, { layers })];
    const facts = readFacts(
      found.map((each) => ({
        id: each.id,
        sourceLayer: tileNameOf(each),
        properties: each.properties,
        geometry: each.geometry,
      })),
    );
    const position = facts[0]?.position;
    this.events.onChoose(position ? [round(position[0]), round(position[1])] : place, facts);
  }

  #fit(bounds: [number, number, number, number]): void {
    this.map.fitBounds(bounds, { padding: paddingFor(this.map.getContainer()), maxZoom: FLY_ZOOM });
  }

  #whenStyled(change: () => void): void {
    if (this.#styled) change();
    else void this.map.once("style.load", change);
  }
}
