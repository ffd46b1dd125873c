import type { ComponentChildren } from "preact";
import { language } from "../state";
import type { Judged } from "../workers/judging";
import { formatDistance } from "../format";
import type { LonLat } from "../api/shapes";
import { groundOf, pointState, type Ground } from "../workers/ground";
import { objectText, partText, pointName, pointText, reasonText, verdictText } from "../workers/judgement_words";
import { judged, judgePatrol, lookedAt, showJudgement, shownRow } from "../workers/judging";
import { formatDuration, formatKm, formatShare } from "../workers/patrol_words";
import { MissedSign, PointSign } from "./DutySign";
import { SearchTrouble } from "./Trouble";
import { t } from "./words";

/** How the patrol on the map is judged by each rule, and where it was not. */
export function Judgements() {
  const now = judged.value;
  if (now.status === "idle") return null;
  return (
    <section class="judgements" aria-labelledby="judgements-title" aria-busy={now.status === "loading"}>
      <h3 id="judgements-title">{t("judged.title")}</h3>
      {now.status === "loading" && <p class="note" role="status">{t("search.loading")}</p>}
      {now.status === "failed" && <SearchTrouble error={now.error} onRetry={() => { judgePatrol(now.code); }} />}
      {now.status === "done" && now.told.length === 0 && <p class="note">{t("judged.none")}</p>}
      {now.status === "done" &&
        now.told.map((each, row) => <OfRule key={row} judged={each} row={row} isAlone={now.told.length === 1} />)}
    </section>
  );
}

function OfRule({ judged: { judgement, rule }, row, isAlone }: { judged: Judged; row: number; isAlone: boolean }) {
  const speak = language.value;
  const isShown = shownRow.value === row;
  const ground = groundOf(judgement, rule);
  const draws = ground.route !== null || ground.missed.length > 0 || ground.points.length > 0;
  const { duration_s, valid_mileage_m, coverage, is_alternate } = judgement;
  return (
    <article class={`judgement ${judgement.is_enough ? "enough" : "short"}`}>
      <h4>
        <i aria-hidden="true">{judgement.is_enough ? "✓" : "✗"}</i>
        <span>
          {judgement.rule.name} <small>{objectText(judgement.object, speak)}</small>
        </span>
        <b>{verdictText(judgement, speak)}</b>
      </h4>
      {!is_alternate && (
        <p class="note">
          {t("judged.counts")} {formatDuration(duration_s, speak)} · {formatKm(valid_mileage_m, speak)}
          {coverage !== null && ` · ${t("judged.coverage")} ${formatShare(coverage, speak)}`}
        </p>
      )}
      <ul class="reasons">
        {[...judgement.reasons, ...judgement.task_reasons].map((reason) => (
          <li key={reason.code}>{reasonText(reason, speak)}</li>
        ))}
        {judgement.task !== null && <li class="fulfilled">{t("judged.fulfilled")}</li>}
      </ul>
      {draws && !isAlone && (
        <button type="button" class="quiet" aria-pressed={isShown} onClick={() => { showJudgement(row); }}>
          {t("judged.show")}
        </button>
      )}
      {(isShown || isAlone) && <Parts ground={ground} />}
      {(isShown || isAlone) && <Points judged={{ judgement, rule }} />}
    </article>
  );
}

/** What was missed of the route, part by part; each can be looked at. */
function Parts({ ground: { missed } }: { ground: Ground }) {
  if (missed.length === 0) return null;
  const speak = language.value;
  const length = formatDistance(missed.reduce((sum, { length_m }) => sum + length_m, 0), speak);
  return (
    <>
      <h5>{t("judged.missed", { count: missed.length, length })}</h5>
      <ol class="moments">
        {missed.map((part, row) => (
          <li key={row}>
            <Look places={part.line}>
              <MissedSign />
              <span>{t("judged.partNumber", { number: row + 1 })}</span> <b>{partText(part, speak)}</b>
            </Look>
          </li>
        ))}
      </ol>
    </>
  );
}

function Points({ judged: { judgement, rule } }: { judged: Judged }) {
  if (judgement.points.length === 0) return null;
  const speak = language.value;
  return (
    <>
      <h5>{t("judged.points")}</h5>
      <ol class="moments">
        {judgement.points.map(({ number, at }) => {
          const known = rule?.points.find((each) => each.number === number);
          const state = pointState(judgement, number, at);
          const told = (
            <>
              <PointSign state={state} />
              <span>{pointName({ number, name: known?.name ?? null })}</span> <b>{pointText({ state, at }, speak)}</b>
            </>
          );
          return <li key={number}>{known ? <Look places={[[known.lon, known.lat]]}>{told}</Look> : told}</li>;
        })}
      </ol>
    </>
  );
}

function Look({ places, children }: { places: readonly LonLat[]; children: ComponentChildren }) {
  return (
    <button type="button" title={t("judged.look")} onClick={() => { lookedAt.value = places; }}>
      {children}
    </button>
  );
}
