import { GROUND, STANDING_COLOURS } from "../theme";
import type { Standing } from "../workers/standing";

/** A sign of a worker in a 24 x 24 box: each has a shape of its own; of whom nobody hears it is hollow. */
export interface StandingSign {
  shape: string;
  fill: string;
  stroke: string;
  /** Of the pictogram in it. */
  ink: string;
}

const DISC = "M12 1.5a10.5 10.5 0 1 1 0 21a10.5 10.5 0 0 1 0-21z";
const filled = (standing: Standing, shape: string): StandingSign => ({
  shape,
  fill: STANDING_COLOURS[standing],
  stroke: GROUND.halo,
  ink: "#fff",
});

export const STANDING_SIGNS: Readonly<Record<Standing, StandingSign>> = {
  on_shift: filled("on_shift", DISC),
  idle: filled("idle", "M3 3h18v18h-18z"),
  outside: filled("outside", "M12 0l12 12l-12 12l-12-12z"),
  offline: { shape: DISC, fill: GROUND.halo, stroke: STANDING_COLOURS.offline, ink: STANDING_COLOURS.offline },
  off_shift: filled("off_shift", "M6.5 2h11l6 10l-6 10h-11l-6-10z"),
};
