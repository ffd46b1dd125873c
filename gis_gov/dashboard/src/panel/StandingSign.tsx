import { STANDING_SIGNS } from "../map/standing_signs";
import type { Standing } from "../workers/standing";

/** The sign of a worker as the map has it. */
export function StandingSign({ standing }: { standing: Standing }) {
  const { shape, fill, stroke } = STANDING_SIGNS[standing];
  return (
    <svg class="duty-sign" viewBox="-1 -1 26 26" aria-hidden="true">
      <path d={shape} fill={fill} stroke={stroke} stroke-width="2.4" />
    </svg>
  );
}
