import { useEffect, useRef } from "preact/hooks";
import type { PatrolWhole } from "../api/patrols";
import { formatCount } from "../format";
import { language } from "../state";
import { formatDuration, formatKm, formatShare, formatSpan, patrolKind } from "../workers/patrol_words";
import { clearPatrol, drawn, drawPatrol } from "../workers/patrolling";
import { Judgements } from "./Judgements";
import { PatrolDetails } from "./PatrolDetails";
import { SearchTrouble } from "./Trouble";
import { t } from "./words";

/** The patrol on the map in figures; it stays until it is cleared. */
export function Patrol() {
  const now = drawn.value;
  if (now.status === "idle") return null;
  if (now.status === "loading") return <p class="card note" role="status">{t("search.loading")}</p>;
  if (now.status === "failed") {
    return <SearchTrouble error={now.error} onRetry={() => { drawPatrol(now.code); }} />;
  }
  return <Figures key={now.code} patrol={now.told} />;
}

function Figures({ patrol }: { patrol: PatrolWhole }) {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    card.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const speak = language.value;
  const { worker } = patrol;
  return (
    <section class="card patrol" aria-labelledby="patrol-title" ref={card}>
      <h2 id="patrol-title">
        {worker.name ?? worker.code} {formatSpan(patrol, speak)}
      </h2>
      <p class="note">
        {patrolKind(patrol.kind, speak)} · {t(`patrolState.${patrol.state}`)} · {t("patrol.version")} {patrol.version}
      </p>
      <dl class="figures">
        <Figure term={t("patrol.valid")} value={formatKm(patrol.valid_mileage_m, speak)} />
        <Figure term={t("patrol.raw")} value={formatKm(patrol.mileage_m, speak)} />
        <Figure term={t("patrol.duration")} value={formatDuration(patrol.duration_s, speak)} />
        <Figure
          term={t("patrol.ownGrids")}
          value={patrol.own_grid_share === null ? "–" : formatShare(patrol.own_grid_share, speak)}
        />
        <Figure term={t("patrol.stays")} value={counted(patrol.stays.length, patrol.stay_s)} />
        <Figure term={t("patrol.gaps")} value={counted(patrol.gaps.length, patrol.gap_s)} />
      </dl>
      <Judgements />
      {patrol.grids.length > 0 && <GridsEntered patrol={patrol} />}
      <PatrolDetails patrol={patrol} />
      {!patrol.line && <p class="note">{t("patrol.noLine")}</p>}
      <div class="row">
        <button type="button" class="quiet" onClick={clearPatrol}>
          {t("patrol.clear")}
        </button>
      </div>
    </section>
  );
}

function GridsEntered({ patrol }: { patrol: PatrolWhole }) {
  return (
    <>
      <h3>{t("patrol.grids")}</h3>
      <ol class="entered">
        {patrol.grids.map((grid, order) => (
          <li key={grid.code ?? order} title={grid.code ?? ""}>
            <span>{grid.name ?? grid.code ?? t("place.none")}</span>{" "}
            <b>{formatDuration(grid.duration_s, language.value)}</b>
          </li>
        ))}
      </ol>
    </>
  );
}

function Figure({ term, value }: { term: string; value: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** How many there were, and how long all of them. */
function counted(count: number, seconds: number): string {
  const speak = language.value;
  return count === 0 ? formatCount(0, speak) : `${formatCount(count, speak)} · ${formatDuration(seconds, speak)}`;
}
