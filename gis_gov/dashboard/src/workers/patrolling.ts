import { computed, signal } from "@preact/signals";
import { counting, fetchFixes, type Fixes } from "../api/fixes";
import { fetchPatrol, fetchPatrols, type Patrol, type PatrolWhole } from "../api/patrols";
import type { LonLat } from "../api/shapes";
import { asking, type Asked } from "./asking";
import { judgePatrol } from "./judging";
import { dayAt } from "./patrol_words";
import { trackOfFixes } from "./profile";

/** The patrols that a worker began today. */
export const listed = signal<Asked<readonly Patrol[]>>({ status: "idle" });
/** The patrol whose way is on the map; it stays there whatever else is clicked. */
export const drawn = signal<Asked<PatrolWhole>>({ status: "idle" });
/** The fixes of that patrol one by one. */
export const examined = signal<Asked<Fixes>>({ status: "idle" });
export const fixes = computed(() => (examined.value.status === "done" ? examined.value.told : null));
/** The way over those that count. */
export const way = computed(() => fixes.value && trackOfFixes(counting(fixes.value)));
/** The place of it that is pointed at. */
export const pointed = signal<LonLat | null>(null);

const askList = asking(listed, (code, abort) => fetchPatrols(code, dayAt(Date.now()), abort));
const askPatrol = asking(drawn, fetchPatrol);
const askFixes = asking(examined, fetchFixes);

/** Ask for the patrols of a worker today. */
export function listPatrols(worker: string): void {
  askList(worker);
}

/** Ask for a patrol, to draw its way. */
export function drawPatrol(code: string): void {
  leave();
  askPatrol(code);
  judgePatrol(code);
}

/** Ask for the fixes of the patrol one by one: that is recorded, too. */
export function examinePatrol(code: string): void {
  askFixes(code);
}

/** Put the list away. */
export function closeList(): void {
  askList(null);
}

/** Take the patrol off the map. */
export function clearPatrol(): void {
  leave();
  askPatrol(null);
  judgePatrol(null);
}

function leave(): void {
  askFixes(null);
  pointed.value = null;
}
