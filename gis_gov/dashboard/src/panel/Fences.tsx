import { formatSince, nameOf } from "../alarms/alarm_words";
import type { Crossing, Fence } from "../api/fences";
import { areMore, askPassed, fences, fenceTrouble, passed, readFences } from "../fences/fencing";
import { fenceKind, fenceRules, fenceTimes, fenceWorkers } from "../fences/fence_words";
import { formatDistance } from "../format";
import { facts, language, layers } from "../state";
import { FENCE_COLOURS } from "../theme";
import { SearchTrouble } from "./Trouble";
import { t } from "./words";

/** The fences that were clicked: when they count, what they tell, and who passed them. */
export function Fences() {
  if (!layers.value.includes("fences")) return null;
  const codes = new Set(facts.value.filter(({ layer }) => layer === "fences").map(({ id }) => id));
  return (
    <>
      {fenceTrouble.value && <SearchTrouble error={fenceTrouble.value} onRetry={() => void readFences()} />}
      {areMore.value && <p class="card note">{t("fences.more", { count: fences.value.length })}</p>}
      {fences.value
        .filter(({ code }) => codes.has(code))
        .map((fence) => (
          <Details key={fence.code} fence={fence} />
        ))}
    </>
  );
}

function Details({ fence }: { fence: Fence }) {
  const speak = language.value;
  const kind = fenceKind(fence);
  return (
    <section class="card fence" aria-label={fence.name}>
      <h2>
        {fence.name} <small>{t(`fenceKind.${kind}`)}</small>
        <i class="dot" style={{ background: FENCE_COLOURS[kind] }} aria-hidden="true" />
      </h2>
      <dl>
        <Lines term={t("fence.times")} lines={fenceTimes(fence, speak)} />
        <Lines term={t("fence.rules")} lines={fenceRules(fence, speak)} />
        <Lines term={t("fence.workers")} lines={[fenceWorkers(fence, speak)]} />
        <Lines term={t("fence.shape")} lines={[shapeOf(fence)]} />
      </dl>
      <Passings fence={fence.code} />
    </section>
  );
}

function Lines({ term, lines }: { term: string; lines: readonly string[] }) {
  return (
    <div>
      <dt>{term}</dt>
      {lines.map((line) => (
        <dd key={line}>{line}</dd>
      ))}
    </div>
  );
}

function shapeOf({ code, grid, area, width_m: widthM }: Fence): string {
  if (grid !== null) return `${t("place.grid")} ${grid} (${code})`;
  if (area !== null) return `${t("layer.areas")} ${area} (${code})`;
  return widthM === null ? code : `${t("fence.corridor", { width: formatDistance(widthM, language.value) })} (${code})`;
}

/** To ask who passed is recorded, so it is a choice. */
function Passings({ fence }: { fence: string }) {
  const now = passed.value;
  if (now.status === "idle" || now.fence !== fence) {
    return (
      <div class="row">
        <button type="button" class="quiet" onClick={() => void askPassed(fence)}>
          {t("crossings.ask")}
        </button>
      </div>
    );
  }
  if (now.status === "failed") return <SearchTrouble error={now.error} onRetry={() => void askPassed(fence)} />;
  return (
    <>
      <h3>{t("crossings.title")}</h3>
      {now.status === "loading" && <p class="note" role="status">{t("search.loading")}</p>}
      {now.status === "done" && now.told.length === 0 && <p class="empty">{t("crossings.none")}</p>}
      {now.status === "done" && now.told.length > 0 && (
        <ol class="passings">
          {now.told.map((crossing) => (
            <Passing key={crossing.id} crossing={crossing} />
          ))}
        </ol>
      )}
      <div class="row">
        <button type="button" class="quiet" onClick={() => void askPassed(fence)}>
          {t("patrols.again")}
        </button>
      </div>
    </>
  );
}

function Passing({ crossing: { kind, worker, at } }: { crossing: Crossing }) {
  return (
    <li>
      <span>{nameOf(worker, language.value)}</span> <b>{t(`crossing.${kind}`)}</b>
      <time dateTime={at}>{formatSince(at, Date.now(), language.value)}</time>
    </li>
  );
}
