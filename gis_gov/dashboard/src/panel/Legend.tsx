import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Kind } from "../api/shapes";
import { LAYERS, waitsForZoom, type LayerName } from "../map/layers";
import { GATHERED_BELOW } from "../map/points";
import { layers, offeredLayers, zoom } from "../state";
import { CLOSED_STATES, EVENT_STATES, GROUND, STATE_COLOURS, type EventState } from "../theme";
import { KindIcon } from "./Icon";
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
};
/** The order of the switches: what is asked for most comes first. */
const ORDER: readonly LayerName[] = [
  "events",
  "workers",
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
