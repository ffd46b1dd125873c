import { useRef } from "preact/hooks";
import type { Alarm } from "../api/alarms";
import type { LonLat, NearbyFeature } from "../api/shapes";
import { answers, isIn, noData, offeredKinds, point, search, wantedKinds } from "../state";
import { Alarms } from "./Alarms";
import { Facts } from "./Facts";
import { CoverageForm } from "./CoverageForm";
import { EventSurroundings } from "./EventSurroundings";
import { Fences } from "./Fences";
import { Gate } from "./Gate";
import { Header } from "./Header";
import { Legend } from "./Legend";
import { PastAlarms } from "./PastAlarms";
import { Patrol } from "./Patrol";
import { Patrols, PatrolsOffer } from "./Patrols";
import { Place } from "./Place";
import { PlaybackBar } from "./PlaybackBar";
import { PlaybackForm, type Box } from "./PlaybackForm";
import { PurposeDialog } from "./Purpose";
import { Results } from "./Results";
import { Rings } from "./Rings";
import { SearchForm } from "./SearchForm";
import { Tasks } from "./Tasks";
import { MapTrouble, SearchTrouble } from "./Trouble";
import { t } from "./words";

/** What the panel asks of the map and of the search. */
export interface Actions {
  onGo: (place: LonLat) => void;
  onCentre: () => void;
  onFly: (hit: NearbyFeature) => void;
  onAlarm: (alarm: Alarm) => void;
  onZoom: (steps: number) => void;
  onHome: () => void;
  centre: () => LonLat | null;
  boxInView: () => Box | null;
  onAskAgain: () => void;
  onMapRetry: () => void;
}

interface Props {
  actions: Actions;
  mapRef: (container: HTMLElement) => void;
}

/** The page, and before it the gate; once somebody came in, the page stays behind the gate. */
export function App(props: Props) {
  const entered = useRef(false);
  entered.current ||= isIn.value;
  return (
    <>
      <Header />
      <div class="body">
        {entered.current && <Page {...props} />}
        {!isIn.value && <Gate />}
      </div>
      <PurposeDialog />
    </>
  );
}

function Page({ actions, mapRef }: Props) {
  return (
    <div class="page" role={isIn.value ? "main" : undefined} inert={!isIn.value}>
      <div class="panel" aria-busy={search.value.status === "loading"}>
        <Alarms onAlarm={actions.onAlarm} />
        <SearchForm onGo={actions.onGo} onCentre={actions.onCentre} />
        <PlaybackForm boxInView={actions.boxInView} />
        <Tasks />
        <PastAlarms onAlarm={actions.onAlarm} />
        <CoverageForm centre={actions.centre} />
        <Answers actions={actions} />
      </div>
      <section class="stage" aria-label={t("map")}>
        <MapHolder mapRef={mapRef} />
        <div class="crosshair" aria-hidden="true" />
        <div class="zoom">
          <ZoomButton sign="+" name={t("map.zoomIn")} onClick={() => { actions.onZoom(1); }} />
          <ZoomButton sign="−" name={t("map.zoomOut")} onClick={() => { actions.onZoom(-1); }} />
          <ZoomButton sign="⌂" name={t("map.home")} onClick={actions.onHome} />
        </div>
        <Legend />
        <PlaybackBar />
        {noData.value && (
          <div class="no-data" role="status">
            <h2>{t("empty.title")}</h2>
            <p>{t("empty.text")}</p>
          </div>
        )}
        <MapTrouble onRetry={actions.onMapRetry} />
      </section>
    </div>
  );
}

function Answers({ actions }: { actions: Actions }) {
  const now = search.value;
  const told = answers.value;
  return (
    <div class="answers">
      <p class="status" role="status">
        {now.status === "loading" ? t("search.loading") : ""}
      </p>
      {now.status === "failed" && <SearchTrouble error={now.error} onRetry={actions.onAskAgain} />}
      <Facts />
      <Fences />
      <PatrolsOffer />
      <Patrols />
      <Patrol />
      {told?.event && <EventSurroundings told={told.event} onFly={actions.onFly} />}
      {told && !told.event && <Place located={told.located} />}
      {told?.nearby && (
        <>
          <Rings nearby={told.nearby} kinds={wantedKinds.value} />
          <Results nearby={told.nearby} onFly={actions.onFly} />
        </>
      )}
      {told && !told.nearby && !told.event && offeredKinds.value.length > 0 && <p class="card empty">{t("search.noKinds")}</p>}
      {!point.value && (
        <div class="card hint">
          <p>{t("search.hint")}</p>
          <p class="note">{t("search.hintKeyboard")}</p>
        </div>
      )}
    </div>
  );
}

/** The map's own element: drawn once, then left to the map. */
function MapHolder({ mapRef }: { mapRef: (container: HTMLElement) => void }) {
  return <div class="map" ref={(element) => { if (element) mapRef(element); }} />;
}

function ZoomButton({ sign, name, onClick }: { sign: string; name: string; onClick: () => void }) {
  return (
    <button type="button" aria-label={name} title={name} onClick={onClick}>
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}
