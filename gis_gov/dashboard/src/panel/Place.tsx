import type { Located, Named } from "../api/shapes";
import { formatDistance } from "../format";
import { language } from "../state";
import { t } from "./words";

/** From the widest to the nearest. */
export const LEVELS = ["district", "street", "community", "grid"] as const;

/** The chain of areas that a point lies in, the widest first; or how far the nearest grid is. */
export function Place({ located }: { located: Located }) {
  const { nearest } = located;
  return (
    <section class="card" aria-labelledby="place-title">
      <h2 id="place-title">{t("place.title")}</h2>
      {located.grid === null && (
        <div class="outside">
          <p>{t("place.outside")}</p>
          {nearest && (
            <p>
              {t("place.nearest")} <code>{nearest.code}</code>{" "}
              <b>{formatDistance(nearest.distance_m, language.value)}</b>
            </p>
          )}
        </div>
      )}
      <dl class="chain">
        {LEVELS.map((level) => (
          <ChainRow key={level} term={t(`place.${level}`)} place={located[level]} level={level} />
        ))}
        {located.exclusive.map((grid) => (
          <ChainRow key={grid.code} term={t("place.exclusive")} place={grid} level="exclusive" />
        ))}
      </dl>
    </section>
  );
}

/** One place of the chain, if there is one. */
export function ChainRow({ term, place, level }: { term: string; place: Named | null; level: string }) {
  return (
    <div class={`chain-${level}`}>
      <dt>{term}</dt>
      <dd>
        {place ? (
          <>
            <span>{place.name}</span> <code>{place.code}</code>
          </>
        ) : (
          <span class="none">{t("place.none")}</span>
        )}
      </dd>
    </div>
  );
}
