import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Kind } from "../api/shapes";
import { classWords } from "../coverage/coverage_cells";
import { FENCE_KINDS } from "../fences/fence_words";
import { LAYERS, waitsForZoom, type LayerName } from "../map/layers";
import { GATHERED_BELOW } from "../map/points";
import { language, layers, offeredLayers, zoom } from "../state";
import { CLOSED_STATES, COVERED_COLOURS, EVENT_STATES, FENCE_COLOURS, GROUND, STANDING_COLOURS, STATE_COLOURS, type EventState } from "../theme";
import { STANDINGS } from "../workers/standing";
import { limits } from "../workers/watching";
import { formatDuration } from "../workers/patrol_words";
import { KindIcon } from "./Icon";
import { StandingSign } from "./StandingSign";
import { WayLegend } from "./WayLegend";
import { t } from "./words";

const ICONS: Readonly<Partial<Record<LayerName, Kind>>> = {
  cameras: "camera",
  workers: "worker",
  centres: "centre",
  pois: "poi",
};
const SIGNS: Readonly<Partial<Record<LayerName, string>>> = {
  events: STATE_COLOURS.pending,
  closed: STATE_COLOURS.closed,
  houses: GROUND.houseEdge,
  gathered: GROUND.gathered,
  coverage: COVERED_COLOURS[0],
};
/** The order of the switches: what is asked for most comes first. */
const ORDER: readonly LayerName[] = [
  "events",
  "workers",
  "trails",
  "fences",
  "coverage",
  "centres",
  "cameras",
  "grids",
  "areas",
  "houses",
  "closed",
  "pois",
  "addresses",
  "gathered",
];
const OPEN_STATES = EVENT_STATES.filter((state) => !CLOSED_STATES.includes(state));
const NARROW = "(max-width: 760px)";

/** Switch layers on and off, and tell what their colours and signs mean. */
export function Legend() {
  const open = useSignal(!matchMedia(NARROW).matches);
  return (
    <section class="legend" aria-labelledby="layers-title">
      <h2 id="layers-title">
        <button
          type="button"
          aria-expanded={open.value}
          aria-controls="layers"
          onClick={() => {
            open.value = !open.value;
          }}
        >
          {t("layers.title")}
        </button>
      </h2>
      {open.value && <WayLegend />}
      {open.value && zoom.value < GATHERED_BELOW && offeredLayers.value.includes("gathered") && (
        <p class="note">{t(layers.value.includes("gathered") ? "layers.gathered" : "layers.far")}</p>
      )}
      <ul id="layers" hidden={!open.value}>
        {ORDER.filter((name) => offeredLayers.value.includes(name)).map((name) => (
          <li key={name}>
            <label>
              <input
                type="checkbox"
                name={name}
                checked={layers.value.includes(name)}
                onChange={() => {
                  toggle(name);
                }}
              />
              <Sign name={name} />
              <span>{t(`layer.${name}`)}</span>
              {waitsForZoom(name, zoom.value, layers.value) && <small>{t("layers.zoom")}</small>}
            </label>
            {name === "events" && <States states={OPEN_STATES} />}
            {name === "closed" && <States states={CLOSED_STATES} />}
            {name === "grids" && <GridKinds />}
            {name === "workers" && <Standings />}
            {name === "fences" && <FenceKinds />}
            {name === "coverage" && layers.value.includes("coverage") && <CoveredDays />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function States({ states }: { states: readonly EventState[] }) {
  return (
    <ul class="states">
      {states.map((state) => (
        <li key={state}>
          <i class="dot" style={{ background: STATE_COLOURS[state] }} aria-hidden="true" />
          {t(`state.${state}`)}
        </li>
      ))}
    </ul>
  );
}

function Standings() {
  const { idle_s, offline_s } = limits.value;
  const figures = { idle: formatDuration(idle_s, language.value), offline: formatDuration(offline_s, language.value) };
  return (
    <ul class="states standings">
      {STANDINGS.map((standing) => (
        <li key={standing}>
          <StandingSign standing={standing} />
          {t(`standings.${standing}`, figures)}
        </li>
      ))}
    </ul>
  );
}

function FenceKinds() {
  return (
    <ul class="states">
      {FENCE_KINDS.map((kind) => (
        <li key={kind}>
          <i class="dot" style={{ background: FENCE_COLOURS[kind] }} aria-hidden="true" />
          {t(`fenceKind.${kind}`)}
        </li>
      ))}
    </ul>
  );
}

function CoveredDays() {
  return (
    <ul class="states ages">
      {COVERED_COLOURS.map((colour, order) => (
        <li key={colour}>
          <i class="dot" style={{ background: colour }} aria-hidden="true" />
          {order === 0 ? t("coverage.never") : t("coverage.days", { days: classWords(order) })}
        </li>
      ))}
    </ul>
  );
}

function GridKinds() {
  return (
    <ul class="states">
      <li>
        <Line colour={GROUND.gridHover} />
        {t("grids.base")}
      </li>
      <li>
        <Line colour={GROUND.exclusive} dashed />
        {t("grids.exclusive")}
      </li>
      <li>
        <Line colour={GROUND.grid} dashed />
        {t("grids.fine")}
      </li>
    </ul>
  );
}

function Sign({ name }: { name: LayerName }): ComponentChildren {
  const kind = ICONS[name];
  if (kind) return <KindIcon kind={kind} />;
  if (name === "areas") return <Line colour={GROUND.street} />;
  if (name === "grids") return <Line colour={GROUND.grid} />;
  if (name === "fences") return <Line colour={FENCE_COLOURS.watched} dashed />;
  if (name === "trails") return <Line colour={STANDING_COLOURS.on_shift} />;
  return <i class={`sign sign-${name}`} style={{ background: SIGNS[name] ?? GROUND.address }} />;
}

function Line({ colour, dashed = false }: { colour: string; dashed?: boolean }) {
  return (
    <svg class="line" viewBox="0 0 22 8" aria-hidden="true">
      <path d="M1 4h20" stroke={colour} stroke-width="2.4" stroke-dasharray={dashed ? "4 3" : "none"} />
    </svg>
  );
}

function toggle(name: LayerName): void {
  const shown = new Set(layers.value);
  if (!shown.delete(name)) shown.add(name);
  layers.value = LAYERS.filter((known) => shown.has(known));
}
