import type { NearKind, Nearby, Vulnerable } from "../api/shapes";
import { formatCount } from "../format";
import { language } from "../state";
import { t } from "./words";

const USUAL_KINDS = 4;

/** Counts per kind and ring, over all hits. */
export function Rings({ nearby, kinds: shown }: { nearby: Nearby; kinds: readonly NearKind[] }) {
  const speak = language.value;
  return (
    <section class="card" aria-labelledby="rings-title">
      <h2 id="rings-title">{t("rings.title")}</h2>
      <table class={shown.length > USUAL_KINDS ? "rings many" : "rings"}>
        <thead>
          <tr>
            <th scope="col">{t("rings.ring")}</th>
            {shown.map((kind) => (
              <th key={kind} scope="col">
                {t(`kind.${kind}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nearby.rings.map((ring) => (
            <tr key={ring.from_m}>
              <th scope="row">
                {ring.from_m}–{ring.to_m} m
              </th>
              {shown.map((kind) => (
                <td key={kind}>{formatCount(ring.counts[kind] ?? 0, speak)}</td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("rings.total")}</th>
            {shown.map((kind) => (
              <td key={kind}>{formatCount(nearby.counts[kind] ?? 0, speak)}</td>
            ))}
          </tr>
        </tfoot>
      </table>
      {nearby.vulnerable_persons !== undefined && <VulnerablePersons counted={nearby.vulnerable_persons} />}
    </section>
  );
}

/** How many vulnerable persons live around, by ring; null is for whoever may not know. */
function VulnerablePersons({ counted }: { counted: Vulnerable | null }) {
  if (!counted) return <p class="vulnerable">{t("rings.vulnerableClosed")}</p>;
  const speak = language.value;
  return (
    <p class="vulnerable">
      <span>
        {t("rings.vulnerable")} <b>{formatCount(counted.count, speak)}</b>
      </span>
      {counted.rings.map((ring) => (
        <span key={ring.from_m}>
          {ring.from_m}–{ring.to_m} m <b>{formatCount(ring.count, speak)}</b>
        </span>
      ))}
    </p>
  );
}
