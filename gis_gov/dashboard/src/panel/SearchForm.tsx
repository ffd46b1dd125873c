import { useSignal, useSignalEffect } from "@preact/signals";
import { KINDS, type Kind, type LonLat } from "../api/shapes";
import { formatDistance } from "../format";
import { formatPoint, RADIUS_MAX_M, readPoint } from "../hash";
import { countsVulnerable, facts, kinds, language, offeredKinds, point, radiusM } from "../state";
import { KindIcon } from "./Icon";
import { t } from "./words";

const RADIUS_STEP_M = 50;

interface Actions {
  onGo: (place: LonLat) => void;
  onCentre: () => void;
}

/** Where to search, how far, and for what. */
export function SearchForm({ onGo, onCentre }: Actions) {
  return (
    <section class="card" aria-labelledby="panel-title">
      <h2 id="panel-title">{t("panel")}</h2>
      <PointField onGo={onGo} />
      <div class="row">
        <button type="button" class="quiet" onClick={onCentre}>
          {t("search.centre")}
        </button>
        <button
          type="button"
          class="quiet"
          disabled={!point.value}
          onClick={() => {
            point.value = null;
            facts.value = [];
          }}
        >
          {t("search.clear")}
        </button>
      </div>
      {offeredKinds.value.length > 0 && (
        <>
          <RadiusField />
          <KindsField />
          <VulnerableField />
        </>
      )}
    </section>
  );
}

function KindsField() {
  return (
    <fieldset class="kinds">
      <legend>{t("search.kinds")}</legend>
      {offeredKinds.value.map((kind) => (
        <label key={kind} class="chip">
          <input
            type="checkbox"
            name={kind}
            checked={kinds.value.includes(kind)}
            onChange={() => {
              toggle(kind);
            }}
          />
          <KindIcon kind={kind} />
          <span>{t(`kind.${kind}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function VulnerableField() {
  return (
    <label class="chip">
      <input
        type="checkbox"
        name="vulnerable"
        checked={countsVulnerable.value}
        onChange={() => {
          countsVulnerable.value = !countsVulnerable.value;
        }}
      />
      <span>{t("search.vulnerable")}</span>
    </label>
  );
}

function PointField({ onGo }: Pick<Actions, "onGo">) {
  const text = useSignal("");
  const bad = useSignal(false);
  useSignalEffect(() => {
    text.value = point.value ? formatPoint(point.value).replace(",", ", ") : "";
    bad.value = false;
  });
  return (
    <form
      class="point"
      onSubmit={(event) => {
        event.preventDefault();
        const place = readPoint(text.value);
        bad.value = !place;
        if (place) onGo(place);
      }}
    >
      <label for="point">{t("search.point")}</label>
      <input
        id="point"
        type="text"
        inputMode="decimal"
        autoComplete="off"
        placeholder="113.3512, 22.9430"
        value={text.value}
        aria-invalid={bad.value}
        aria-describedby="point-error"
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <button type="submit">{t("search.go")}</button>
      <p id="point-error" class="error" aria-live="polite">
        {bad.value ? t("search.badPoint") : ""}
      </p>
    </form>
  );
}

function RadiusField() {
  const shown = formatDistance(radiusM.value, language.value);
  return (
    <div class="radius">
      <label for="radius">{t("search.radius")}</label>
      <output for="radius">{shown}</output>
      <input
        id="radius"
        type="range"
        min="0"
        max={RADIUS_MAX_M}
        step={RADIUS_STEP_M}
        value={radiusM.value}
        aria-valuetext={shown}
        onInput={(event) => {
          radiusM.value = event.currentTarget.valueAsNumber;
        }}
      />
      <div class="ticks" aria-hidden="true">
        <span>0</span>
        <span>500</span>
        <span>1000</span>
        <span>2000 m</span>
      </div>
    </div>
  );
}

function toggle(kind: Kind): void {
  const wanted = new Set(kinds.value);
  if (!wanted.delete(kind)) wanted.add(kind);
  kinds.value = KINDS.filter((known) => wanted.has(known));
}
