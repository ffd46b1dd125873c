import { fieldName, formatValue } from "../format";
import type { Fact } from "../map/facts";
import { facts, language } from "../state";
import { EVENT_STATES, STATE_COLOURS } from "../theme";
import { t } from "./words";

/** What was clicked on the map: the foremost thing open, the others folded. */
export function Facts() {
  if (facts.value.length === 0) return null;
  return (
    <section class="card" aria-labelledby="facts-title">
      <h2 id="facts-title">{t("facts.title")}</h2>
      {facts.value.map((fact, order) => (
        <details key={`${fact.layer}/${fact.id}`} class="fact" open={order === 0 && isThing(fact)}>
          <summary>
            <StateDot fact={fact} />
            <b>{fact.name}</b> <small>{t(`layer.${fact.layer}`)}</small>
          </summary>
          <dl>
            {fact.properties.map(([field, value]) => (
              <div key={field}>
                <dt>{fieldName(field, language.value)}</dt>
                <dd>{formatValue(fact.layer, field, value, language.value)}</dd>
              </div>
            ))}
          </dl>
        </details>
      ))}
    </section>
  );
}

/** Grids are told of below anyway; a thing's facts are what the click was for. */
function isThing(fact: Fact): boolean {
  return fact.position !== null || fact.layer === "houses";
}

function StateDot({ fact }: { fact: Fact }) {
  const told = fact.layer === "events" && fact.properties.find(([field]) => field === "state")?.[1];
  const state = EVENT_STATES.find((known) => known === told);
  return state ? <i class="dot" style={{ background: STATE_COLOURS[state] }} aria-hidden="true" /> : null;
}
