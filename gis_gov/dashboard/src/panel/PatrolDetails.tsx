import type { ComponentChildren } from "preact";
import type { Fixes } from "../api/fixes";
import type { PatrolWhole } from "../api/patrols";
import type { LonLat } from "../api/shapes";
import { formatDistance } from "../format";
import { language } from "../state";
import { WAY } from "../theme";
import { lonLatOf } from "../map/plane";
import { nowhere, placeAt } from "../playback/track";
import { formatClock, formatDuration, rejectionReason } from "../workers/patrol_words";
import { examined, examinePatrol, pointed, way } from "../workers/patrolling";
import { rejectedRuns } from "../workers/profile";
import { SpeedProfile } from "./SpeedProfile";
import { SearchTrouble } from "./Trouble";
import { t } from "./words";

/** More than anybody reads; the rest is on the map. */
const LISTED_MAX = 100;

/** The stays and gaps of a patrol; when they were asked for its speeds, and the fixes that don't count. */
export function PatrolDetails({ patrol }: { patrol: PatrolWhole }) {
  return (
    <>
      {patrol.stays.length > 0 && <Stays patrol={patrol} />}
      {patrol.gaps.length > 0 && <Gaps patrol={patrol} />}
      <Examined code={patrol.code} patrol={patrol} />
    </>
  );
}

function Examined({ code, patrol }: { code: string; patrol: PatrolWhole }) {
  const now = examined.value;
  switch (now.status) {
    case "idle":
      return (
        <div class="row">
          <button type="button" class="quiet" onClick={() => { examinePatrol(code); }}>
            {t("patrol.examine")}
          </button>
        </div>
      );
    case "loading":
      return <p class="note" role="status">{t("search.loading")}</p>;
    case "failed":
      return <SearchTrouble error={now.error} onRetry={() => { examinePatrol(code); }} />;
    case "done":
      return (
        <>
          <SpeedProfile patrol={patrol} />
          <Rejected fixes={now.told} />
        </>
      );
  }
}

function Stays({ patrol }: { patrol: PatrolWhole }) {
  return (
    <>
      <Heading colour={WAY.stay}>{t("patrol.stays")}</Heading>
      <ol class="moments">
        {patrol.stays.map(({ begins_at, ends_at, lon, lat }) => (
          <Moment key={begins_at} begin={Date.parse(begins_at)} end={Date.parse(ends_at)} place={[lon, lat]}>
            {formatDuration((Date.parse(ends_at) - Date.parse(begins_at)) / 1000, language.value)}
          </Moment>
        ))}
      </ol>
    </>
  );
}

function Gaps({ patrol }: { patrol: PatrolWhole }) {
  return (
    <>
      <Heading colour={WAY.gap}>{t("patrol.gaps")}</Heading>
      <ol class="moments">
        {patrol.gaps.map(({ begins_at, ends_at, distance_m }) => (
          <Moment key={begins_at} begin={Date.parse(begins_at)} end={Date.parse(ends_at)} place={placeOf(begins_at)}>
            {formatDistance(distance_m, language.value)}
          </Moment>
        ))}
      </ol>
    </>
  );
}

function Rejected({ fixes }: { fixes: Fixes }) {
  const runs = rejectedRuns(fixes);
  const speak = language.value;
  return (
    <>
      <Heading colour={WAY.rejected}>{t("patrol.rejected")}</Heading>
      {runs.length === 0 && <p class="note">{t("patrol.noRejected")}</p>}
      <ol class="moments">
        {runs.slice(0, LISTED_MAX).map(({ reason, fromS, untilS, count, lon, lat }) => (
          <Moment key={fromS} begin={fromS * 1000} end={untilS * 1000} place={[lon, lat]}>
            {rejectionReason(reason, speak)}
            {count > 1 && ` · ${t("patrol.fixes", { count })}`}
          </Moment>
        ))}
      </ol>
      {runs.length > LISTED_MAX && <p class="note">{t("patrol.rejectedMore", { left: runs.length - LISTED_MAX })}</p>}
    </>
  );
}

function Heading({ colour, children }: { colour: string; children: ComponentChildren }) {
  return (
    <h3>
      <i class="dot" style={{ background: colour }} aria-hidden="true" />
      {children}
    </h3>
  );
}

/** From when until when; where the place is known, it can be pointed at. */
function Moment(props: { begin: number; end: number; place: LonLat | null; children: ComponentChildren }) {
  const { begin, end, place, children } = props;
  const span = begin === end ? clock(begin) : `${clock(begin)}–${clock(end)}`;
  const told = (
    <>
      <span>{span}</span> <b>{children}</b>
    </>
  );
  if (!place) return <li>{told}</li>;
  return (
    <li>
      <button type="button" onClick={() => { pointed.value = place; }}>
        {told}
      </button>
    </li>
  );
}

function clock(momentMs: number): string {
  return formatClock(momentMs, language.value);
}

/** Where he was at a moment, if his fixes were asked for. */
function placeOf(moment: string): LonLat | null {
  const place = way.value && placeAt(way.value, Date.parse(moment) / 1000, nowhere());
  return place?.isShown ? lonLatOf(place.x, place.y) : null;
}
