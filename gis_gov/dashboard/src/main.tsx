import "maplibre-gl/dist/maplibre-gl.css";
import "./style/index.css";
import { computed, effect } from "@preact/signals";
import { render } from "preact";
import { alarmMark } from "./alarms/alarm_words";
import { alarms } from "./alarms/alarming";
import type { Alarm } from "./api/alarms";
import { ApiError, fetchStyle, fetchTileJson, needsSignIn } from "./api/client";
import type { TileJson } from "./api/shapes";
import { covered } from "./coverage/covering";
import { fences, followFences } from "./fences/fencing";
import { FedMap } from "./map/fed_stage";
import { comeBack } from "./away";
import { followLive } from "./following";
import { errorKey } from "./format";
import { followAddress, readAddress } from "./linking";
import { AlarmMap } from "./map/alarm_stage";
import { followed, workerFact } from "./map/facts";
import { sourcesOf } from "./map/style";
import { DutyMap } from "./map/duty_stage";
import { PatrolMap } from "./map/patrol_stage";
import { TrailMap } from "./map/trail_stage";
import { MoverMap } from "./map/mover_stage";
import { MapView } from "./map/view";
import { App, type Actions } from "./panel/App";
import { t } from "./panel/words";
import { playback, showPlayback } from "./playback/playing";
import { watchPresence } from "./presence";
import { followPurpose } from "./purpose";
import { askAgain, followSearch } from "./searching";
import { findOut, followSession } from "./signing";
import { chosen, facts, isIn, language, layers, mapTrouble, noData, point, radiusM, signFailure, tiles, zoom } from "./state";
import { partText, pointName } from "./workers/judgement_words";
import { judgedGround, lookedAt } from "./workers/judging";
import { rejectionReason } from "./workers/patrol_words";
import type { Watched } from "./workers/watching";
import { drawn, fixes, pointed } from "./workers/patrolling";
import { shownGround } from "./workers/shown_ground";
import { askedGround } from "./workers/tasks";

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
let movers: MoverMap | null = null;
let alarmMap: AlarmMap | null = null;
let watched: Watched | null = null;

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
  onAlarm: showAlarm,
  onZoom: (steps) => view?.zoomBy(steps),
  onHome: () => view?.goHome(),
  centre() {
    if (!view) return null;
    const { lng, lat } = view.map.getCenter();
    return [lng, lat];
  },
  boxInView() {
    const [[west, south], [east, north]] = view?.map.getBounds().toArray() ?? [[], []];
    if (west === undefined || south === undefined || east === undefined || north === undefined) return null;
    return [Math.max(west, -180), south, Math.min(east, 180), north];
  },
  onAskAgain: askAgain,
  onMapRetry() {
    if (view) view.refresh();
    else location.reload();
  },
};

/** Open the worker of an alarm, and look at where it is and what is near there. */
function showAlarm({ worker: { code, name }, lon, lat }: Alarm): void {
  facts.value = code === null ? [] : [workerFact(code, name, watched?.find(code) ?? null)];
  if (lon === null || lat === null) return;
  point.value = [lon, lat];
  view?.flyTo([lon, lat]);
}

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
      takesClick: (x, y) => (alarmMap?.click(x, y) ?? false) || (movers?.click(x, y) ?? false),
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
  movers = new MoverMap(view.map);
  follow(view);
  showPlayback(movers);
  const trails = new TrailMap(view.map);
  watched = followLive(view, {
    drawTrails: (told) => {
      trails.drawTrails(told);
    },
    onChanges: (changes) => {
      facts.value = followed(facts.value, changes);
    },
  });
}

/** Go on where the map was when the session ended. */
function resume(container: HTMLElement): void {
  if (view) view.refresh();
  else if (!mapTrouble.peek()) void makeMap(container);
}

function follow(map: MapView): void {
  effect(() => {
    // Where workers are now would be taken for where they were.
    const isPast = playback.value.status === "ready";
    map.showLayers(isPast ? layers.value.filter((name) => name !== "workers") : layers.value);
  });
  effect(() => {
    map.showSearch(point.value, radiusM.value, chosen.value?.geometry.coordinates ?? null);
  });
  followPatrol(new PatrolMap(map.map));
  followGround(new DutyMap(map.map));
  const marks = new AlarmMap(map.map, (id) => {
    const chosenAlarm = alarms.value.find((each) => each.id === id);
    if (chosenAlarm) showAlarm(chosenAlarm);
  });
  alarmMap = marks;
  effect(() => {
    marks.showAlarms(alarms.value, (alarm) => alarmMark(alarm, language.value));
  });
  const fed = new FedMap(map.map);
  effect(() => {
    fed.showFences(fences.value);
  });
  effect(() => {
    fed.showCoverage(covered.value.status === "done" ? covered.value.cells : []);
  });
  effect(() => {
    map.describe(`${t("map")}. ${t("mapHelp")}`);
  });
}

function followPatrol(map: PatrolMap): void {
  const patrol = computed(() => (drawn.value.status === "done" ? drawn.value.told : null));
  effect(() => {
    map.showPatrol(patrol.value, fixes.value, (reason) => rejectionReason(reason, language.value));
  });
  effect(() => {
    if (patrol.value) map.fitPatrol(patrol.value, judgedGround.value);
  });
  effect(() => {
    map.showPointed(pointed.value);
  });
}

function followGround(map: DutyMap): void {
  effect(() => {
    const speak = language.value;
    map.showGround(shownGround.value, { part: (part) => partText(part, speak), point: pointName });
  });
  effect(() => {
    if (askedGround.value) map.fitGround(askedGround.value);
  });
  effect(() => {
    map.showLooked(lookedAt.value);
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
  followFences();
  followPurpose();
  followSession();
}
