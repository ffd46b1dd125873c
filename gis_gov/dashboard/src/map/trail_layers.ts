import type { Draft } from "./draft";
import { STANDING_COLOURS } from "../theme";

/** The last minutes of the way of each worker: fed by the live stream. */
export const TRAILS_SOURCE = "trails-live";
export const TRAILS_FROM = 13;
/** The style layer by which is told whether trails are shown. */
export const TRAILS_LAYER = "trails";

/** Lines behind the workers. */
export const TRAIL_DRAFTS: readonly Draft[] = [
  {
    id: TRAILS_LAYER,
    type: "line",
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": STANDING_COLOURS.on_shift, "line-width": 2.5, "line-opacity": 0.6 },
  },
];
