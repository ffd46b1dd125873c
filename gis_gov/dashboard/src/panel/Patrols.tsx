import type { Patrol } from "../api/patrols";
import { facts, language } from "../state";
import { formatDuration, formatKm, formatSpan, patrolKind } from "../workers/patrol_words";
import { closeList, drawn, drawPatrol, listed, listPatrols } from "../workers/patrolling";
import { SearchTrouble } from "./Trouble";
import { t } from "./words";

/** Offer the patrols of the worker who was clicked: to ask for them is recorded, so it is a choice. */
export function PatrolsOffer() {
  const worker = facts.value.find(({ layer }) => layer === "workers");
  const code = worker && codeOf(worker);
  if (code === undefined || (listed.value.status !== "idle" && listed.value.code === code)) return null;
  return (
    <button
      type="button"
      class="patrols-offer"
      onClick={() => {
        listPatrols(code);
      }}
    >
      {t("patrols.today")} <small>{code}</small>
    </button>
  );
}

/** What a worker went today, the newest first; choosing one draws it. */
export function Patrols() {
  const now = listed.value;
  if (now.status === "idle") return null;
  if (now.status === "failed") {
    return <SearchTrouble error={now.error} onRetry={() => { listPatrols(now.code); }} />;
  }
  return (
    <section class="card patrols" aria-labelledby="patrols-title" aria-busy={now.status === "loading"}>
      <h2 id="patrols-title">
        {t("patrols.today")} <code>{now.code}</code>
      </h2>
      {now.status === "loading" && <p class="note" role="status">{t("search.loading")}</p>}
      {now.status === "done" && now.told.length === 0 && <p class="empty">{t("patrols.none")}</p>}
      {now.status === "done" && (
        <ol class="results">
          {now.told.map((patrol) => (
            <li key={patrol.code}>
              <Choice patrol={patrol} />
            </li>
          ))}
        </ol>
      )}
      <div class="row">
        <button type="button" class="quiet" onClick={() => { listPatrols(now.code); }}>
          {t("patrols.again")}
        </button>
        <button type="button" class="quiet" onClick={closeList}>
          {t("patrols.close")}
        </button>
      </div>
    </section>
  );
}

function Choice({ patrol }: { patrol: Patrol }) {
  const speak = language.value;
  return (
    <button
      type="button"
      aria-current={drawn.value.status !== "idle" && drawn.value.code === patrol.code}
      title={t("patrols.draw")}
      onClick={() => {
        drawPatrol(patrol.code);
      }}
    >
      <i class={`dot patrol-${patrol.state}`} aria-hidden="true" />
      <span class="name">
        <b>{formatSpan(patrol, speak)}</b>
        <small>
          {patrolKind(patrol.kind, speak)} · {t(`patrolState.${patrol.state}`)}
        </small>
      </span>
      <span class="where">
        <b>{formatKm(patrol.valid_mileage_m, speak)}</b>
        <small>{formatDuration(patrol.duration_s, speak)}</small>
      </span>
    </button>
  );
}

/** A worker's features have their codes as ids. */
function codeOf({ id, properties }: { id: string; properties: readonly (readonly [string, unknown])[] }): string {
  const told = properties.find(([field]) => field === "code")?.[1];
  return typeof told === "string" ? told : id;
}
