import { POINT_SIGNS } from "../map/duty_signs";
import { DUTY } from "../theme";
import type { PointState } from "../workers/ground";

/** The sign of a check point as the map has it. */
export function PointSign({ state }: { state: PointState }) {
  const { colour, shape, glyph } = POINT_SIGNS[state];
  return (
    <svg class="duty-sign" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shape} fill={colour} />
      <path d={glyph} fill="none" stroke="#fff" stroke-width="2.4" />
    </svg>
  );
}

/** The band of a missed part as the map has it. */
export function MissedSign() {
  return (
    <svg class="duty-sign wide" viewBox="0 0 32 10" aria-hidden="true">
      <path d="M0 5h32" stroke={DUTY.missed} stroke-width="9" />
      <path d="M2 5h32" stroke={DUTY.dash} stroke-width="3" stroke-dasharray="6 5" />
    </svg>
  );
}

/** The dots of a route that is asked for, as the map has them. */
export function RouteSign() {
  return (
    <svg class="duty-sign wide" viewBox="0 0 32 10" aria-hidden="true">
      <path d="M2 5h32" stroke={DUTY.asked} stroke-width="3.6" stroke-linecap="round" stroke-dasharray="0.1 7" />
    </svg>
  );
}
