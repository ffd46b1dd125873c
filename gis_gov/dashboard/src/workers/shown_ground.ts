import { computed } from "@preact/signals";
import type { Ground } from "./ground";
import { judgedGround } from "./judging";
import { drawn } from "./patrolling";
import { askedGround } from "./tasks";

/** Where a rule asks to go, as it is on the map: that of the patrol there, else that of the chosen task. */
export const shownGround = computed<Ground | null>(() =>
  drawn.value.status === "idle" ? askedGround.value : judgedGround.value,
);
