import type { EventAround } from "../api/around_event";
import type { NearbyFeature } from "../api/shapes";
import { countedKinds, detailOf, groupsOf, namesOf, type Group } from "../around/event_around";
import { formatCount } from "../format";
import { askAgain } from "../searching";
import { language } from "../state";
import { ChainRow, LEVELS } from "./Place";
import { Result } from "./Results";
import { Rings } from "./Rings";
import { t } from "./words";

interface Props {
  told: EventAround;
  onFly: (hit: NearbyFeature) => void;
}

/** Who answers for the event that was clicked, and who and what is around it. */
export function EventSurroundings({ told, onFly }: Props) {
  return (
    <>
      <Answering told={told} />
      {groupsOf(told).map((group) => (
        <Things key={group.name} group={group} onFly={onFly} />
      ))}
      <Rings nearby={told} kinds={countedKinds(told)} />
    </>
  );
}

function Answering({ told: { event, responsible } }: { told: EventAround }) {
  const names = namesOf(responsible, language.value);
  return (
    <section class="card around" aria-labelledby="around-title">
      <h2 id="around-title">
        {t("around.title")} <small>{event.title ?? event.code}</small>
      </h2>
      <dl class="chain">
        {LEVELS.map((level) => (
          <ChainRow key={level} term={t(`place.${level}`)} place={responsible[level]} level={level} />
        ))}
        <div class="chain-workers">
          <dt>{t("around.answers")}</dt>
          <dd>{names === "" ? <span class="none">{t("around.nobody")}</span> : <span>{names}</span>}</dd>
        </div>
      </dl>
      <div class="row">
        <button type="button" class="quiet" onClick={askAgain}>
          {t("patrols.again")}
        </button>
      </div>
      <p class="note">{t("around.recorded")}</p>
    </section>
  );
}

function Things({ group: { name, hits, left }, onFly }: { group: Group; onFly: (hit: NearbyFeature) => void }) {
  const speak = language.value;
  return (
    <section class={`card around-${name}`} aria-labelledby={`around-${name}`}>
      <h2 id={`around-${name}`}>
        {t(`aroundOf.${name}`)} <small>{formatCount(hits.length + left, speak)}</small>
      </h2>
      {hits.length + left === 0 && <p class="empty">{t("around.none")}</p>}
      <ol class="results">
        {hits.map((hit) => (
          <li key={hit.properties.id}>
            <Result hit={hit} onFly={onFly} detail={detailOf(hit, speak)} />
          </li>
        ))}
      </ol>
      {left > 0 && <p class="note">{t("around.more", { left: formatCount(left, speak) })}</p>}
    </section>
  );
}
