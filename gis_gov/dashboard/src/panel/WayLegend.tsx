import { WAY } from "../theme";
import { POINT_STATES } from "../workers/ground";
import { shownGround } from "../workers/shown_ground";
import { drawn } from "../workers/patrolling";
import { MissedSign, PointSign, RouteSign } from "./DutySign";
import { t } from "./words";

/** What the signs of the patrol on the map mean, and those of where it should have gone. */
export function WayLegend() {
  const ground = shownGround.value;
  const isDrawn = drawn.value.status === "done";
  if (!ground && !isDrawn) return null;
  const states = POINT_STATES.filter((state) => ground?.points.some((point) => point.state === state));
  return (
    <section class="way-legend" aria-labelledby="way-legend-title">
      <h3 id="way-legend-title">{t("wayLegend.title")}</h3>
      <ul>
        {isDrawn && (
          <li>
            <svg class="duty-sign wide" viewBox="0 0 32 10" aria-hidden="true">
              <path d="M2 5h28" stroke={WAY.line} stroke-width="4" stroke-linecap="round" />
            </svg>
            {t("wayLegend.way")}
          </li>
        )}
        {ground?.route && (
          <li>
            <RouteSign />
            {t("wayLegend.route")}
          </li>
        )}
        {ground && ground.missed.length > 0 && (
          <li>
            <MissedSign />
            {t("wayLegend.missed")}
          </li>
        )}
        {states.map((state) => (
          <li key={state}>
            <PointSign state={state} />
            {t("wayLegend.point", { state: t(`point.${state}`) })}
          </li>
        ))}
      </ul>
    </section>
  );
}
