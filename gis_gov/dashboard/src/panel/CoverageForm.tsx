import { useSignal } from "@preact/signals";
import { askCoverage, covered, COVERED_LEVELS, type CoveredLevel } from "../coverage/covering";
import type { LonLat } from "../api/shapes";
import { formatCount } from "../format";
import { language, layers, offeredLayers } from "../state";
import { dayAt, formatShare } from "../workers/patrol_words";
import { SearchTrouble } from "./Trouble";
import { t } from "./words";

const GRIDS_MAX = 20;
const OLDEST_MONTH = "2020-01";

interface Props {
  centre: () => LonLat | null;
}

/** Ask where nobody walked in a month, and tell which grids were walked least. */
export function CoverageForm({ centre }: Props) {
  const thisMonth = dayAt(Date.now()).slice(0, 7);
  const month = useSignal(thisMonth);
  const level = useSignal<CoveredLevel>("community");
  if (!layers.value.includes("coverage") || !offeredLayers.value.includes("coverage")) return null;
  const ask = (): void => {
    const place = centre();
    if (place) void askCoverage(place, level.value, month.value);
  };
  return (
    <section class="card coverage" aria-labelledby="coverage-title" aria-busy={covered.value.status === "loading"}>
      <h2 id="coverage-title">{t("coverage.title")}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <label>
          {t("coverage.month")}
          <input
            type="month"
            required
            min={OLDEST_MONTH}
            max={thisMonth}
            pattern="20\d\d-(0[1-9]|1[0-2])"
            value={month.value}
            onInput={(event) => { month.value = event.currentTarget.value; }}
          />
        </label>
        <label>
          {t("coverage.level")}
          <select value={level.value} onChange={(event) => { level.value = event.currentTarget.value as CoveredLevel; }}>
            {COVERED_LEVELS.map((name) => (
              <option key={name} value={name}>{t(`place.${name}`)}</option>
            ))}
          </select>
        </label>
        <button type="submit">{t("coverage.go")}</button>
      </form>
      <Told onRetry={ask} />
    </section>
  );
}

function Told({ onRetry }: { onRetry: () => void }) {
  const now = covered.value;
  if (now.status === "idle") return <p class="note">{t("coverage.hint")}</p>;
  if (now.status === "loading") return <p class="note" role="status">{t("search.loading")}</p>;
  if (now.status === "nowhere") return <p class="note" role="status">{t("coverage.nowhere")}</p>;
  if (now.status === "failed") return <SearchTrouble error={now.error} onRetry={onRetry} />;
  const { place, coverage } = now;
  const speak = language.value;
  const grids = [...coverage.grids].sort((a, b) => (a.share ?? 1) - (b.share ?? 1) || b.cells - a.cells);
  return (
    <>
      <p class="covered" role="status">
        <span>{place.name} {coverage.month}</span>{" "}
        <b>{coverage.share === null ? "–" : formatShare(coverage.share, speak)}</b>
      </p>
      <p class="note">
        {t("coverage.figures", {
          walked: formatCount(coverage.walked, speak),
          cells: formatCount(coverage.cells, speak),
        })}
      </p>
      <ol class="entered">
        {grids.slice(0, GRIDS_MAX).map(({ code, name, share }) => (
          <li key={code} title={code}>
            <span>{name}</span> <b>{share === null ? "–" : formatShare(share, speak)}</b>
          </li>
        ))}
      </ol>
      {grids.length > GRIDS_MAX && <p class="note">{t("coverage.more", { left: grids.length - GRIDS_MAX })}</p>}
    </>
  );
}
