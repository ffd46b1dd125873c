import type { Nearby, Vulnerable } from "../api/shapes";
import { formatCount } from "../format";
import { language, wantedKinds } from "../state";
import { t } from "./words";

/** Counts per kind and ring, over all hits. */
export function Rings({ nearby }: { nearby: Nearby }) {
  const shown = wantedKinds.value;
  const speak = language.value;
  const vulnerable: Vulnerable | null = nearby.vulnerable_persons ?? null;
  return (
    <section class="card" aria-labelledby="rings-title">
      <h2 id="rings-title">{t("rings.title")}</h2>
      <table class="rings">
        <thead>
          <tr>
            <th scope="col">{t("rings.ring")}</th>
            {shown.map((kind) => (
              <th key={kind} scope="col">
                {t(`kind.${kind}`)}
              </th>
            ))}
            {vulnerable && <th scope="col">{t("rings.vulnerable")}</th>}
          </tr>
        </thead>
        <tbody>
          {nearby.rings.map((ring, number) => (
            <tr key={ring.from_m}>
              <th scope="row">
                {ring.from_m}–{ring.to_m} m
              </th>
              {shown.map((kind) => (
                <td key={kind}>{formatCount(ring.counts[kind] ?? 0, speak)}</td>
              ))}
              {vulnerable && <td>{formatCount(vulnerable.rings[number]?.count ?? 0, speak)}</td>}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("rings.total")}</th>
            {shown.map((kind) => (
              <td key={kind}>{formatCount(nearby.counts[kind] ?? 0, speak)}</td>
            ))}
            {vulnerable && <td>{formatCount(vulnerable.count, speak)}</td>}
          </tr>
        </tfoot>
      </table>
      {nearby.vulnerable_persons === null && <p>{t("rings.vulnerableClosed")}</p>}
    </section>
  );
}
