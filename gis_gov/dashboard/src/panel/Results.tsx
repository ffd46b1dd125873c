import type { Nearby, NearbyFeature } from "../api/shapes";
import { formatBearing, formatCount, formatDistance } from "../format";
import { chosen, language, radiusM } from "../state";
import { KindIcon } from "./Icon";
import { t } from "./words";

/** What lies nearby, nearest first; choosing one flies there. */
export function Results({ nearby, onFly }: { nearby: Nearby; onFly: (hit: NearbyFeature) => void }) {
  const total = Object.values(nearby.counts).reduce((sum, count) => sum + count, 0);
  const listed = nearby.features.length;
  const speak = language.value;
  return (
    <section class="card" aria-labelledby="results-title">
      <h2 id="results-title">{t("results.title")}</h2>
      {total === 0 ? (
        <p class="empty">{t("results.empty", { radius: formatDistance(radiusM.value, speak) })}</p>
      ) : (
        <>
          <p class="note results-note">
            {t(listed < total ? "results.some" : "results.all", {
              total: formatCount(total, speak),
              listed: formatCount(listed, speak),
            })}
          </p>
          <ol class="results">
            {nearby.features.map((hit) => (
              <li key={hit.properties.id}>
                <Result hit={hit} onFly={onFly} />
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function Bearing({ degrees }: { degrees: number }) {
  return (
    <>
      <i class="needle" style={{ transform: `rotate(${degrees}deg)` }} aria-hidden="true">
        ↑
      </i>{" "}
      {formatBearing(degrees, language.value)}
    </>
  );
}

interface ResultProps {
  hit: NearbyFeature;
  onFly: (hit: NearbyFeature) => void;
  /** What is told below the name, instead of the kind and how a worker stands. */
  detail?: string;
}

/** One thing that lies nearby; choosing it flies there. */
export function Result({ hit, onFly, detail }: ResultProps) {
  const { kind, name, distance_m, bearing_deg, standing } = hit.properties;
  const speak = language.value;
  return (
    <button
      type="button"
      aria-current={chosen.value === hit}
      title={t("results.fly", { name })}
      onClick={() => {
        onFly(hit);
      }}
    >
      <KindIcon kind={kind} />
      <span class="name">
        <b>{name}</b>
        <small>
          {detail ?? t(`kind.${kind}`)}
          {detail === undefined && standing && ` · ${t(`standing.${standing}`)}`}
        </small>
      </span>
      <span class="where">
        <b>{formatDistance(distance_m, speak)}</b>
        <small>{bearing_deg === null ? t("results.here") : <Bearing degrees={bearing_deg} />}</small>
      </span>
    </button>
  );
}
