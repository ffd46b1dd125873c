import { DUTY } from "../theme";
import type { PointState } from "../workers/ground";

/** A sign in a 24 x 24 box: each has a shape of its own, so that none is told by its colour alone. */
export interface DutySign {
  colour: string;
  shape: string;
  glyph: string;
}

const CROSS = "M8.5 8.5l7 7M15.5 8.5l-7 7";

export const POINT_SIGNS: Readonly<Record<PointState, DutySign>> = {
  reached: { colour: DUTY.reached, shape: "M12 2a10 10 0 1 1 0 20a10 10 0 0 1 0-20z", glyph: "M7.5 12.5l3 3l6-7" },
  missed: { colour: DUTY.missed, shape: "M12 1l11 11l-11 11l-11-11z", glyph: CROSS },
  disorder: { colour: DUTY.disorder, shape: "M12 2l11 19.5h-22z", glyph: "M12 9v6M12 17.6v1" },
  asked: { colour: DUTY.toReach, shape: "M3 3h18v18h-18z", glyph: "M12 7.5v9M7.5 12h9" },
};
