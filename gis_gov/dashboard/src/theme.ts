/** The colours of the map; the panel's are in style/base.css. */

import type { FenceKind } from "./fences/fence_words";
import type { Standing } from "./workers/standing";

export const GROUND = {
  background: "#0b1626",
  district: "#101f36",
  house: "#22395f",
  houseEdge: "#4a6da6",
  grid: "#3b6199",
  gridHover: "#5fa8ff",
  gridText: "#9db7dc",
  exclusive: "#d59bff",
  street: "#a9c9ff",
  community: "#6a9bea",
  areaText: "#d5e4ff",
  communityText: "#b4c8ea",
  halo: "#0b1626",
  address: "#7f93b3",
  search: "#ffd166",
  gathered: "#ff7b9c",
} as const;

export const EVENT_STATES = [
  "pending",
  "accepted",
  "handling",
  "verifying",
  "suspended",
  "rejected",
  "closed",
] as const;
export type EventState = (typeof EVENT_STATES)[number];
export const CLOSED_STATES: readonly EventState[] = ["closed", "rejected"];

export const STATE_COLOURS: Readonly<Record<EventState, string>> = {
  pending: "#ff5d5d",
  accepted: "#ff9f43",
  handling: "#ffd84d",
  verifying: "#4cc9f0",
  suspended: "#b79bff",
  rejected: "#9aa7bd",
  closed: "#4fbf82",
};

/** Workers by how they stand; white signs have to be told from each but that of the silent. */
export const STANDING_COLOURS: Readonly<Record<Standing, string>> = {
  on_shift: "#12b886",
  idle: "#c98a1b",
  outside: "#d6336c",
  offline: "#9aa7bd",
  off_shift: "#6f62d8",
};

/** The way of a patrol that was chosen; `pointed` is the place of it that is looked at. */
export const WAY = {
  line: "#ff8ad8",
  begin: "#12b886",
  end: "#ff5d5d",
  stay: "#ffd166",
  gap: "#b9c6dc",
  rejected: "#ff9f43",
  pointed: "#ffffff",
} as const;

/** Where a rule asks to go, and what came of it. */
export const DUTY = {
  asked: "#4cc9f0",
  /** White signs have to be told from it. */
  toReach: "#0a7ea4",
  missed: "#f0304a",
  reached: "#12875f",
  disorder: "#c77700",
  /** Signs and dashes on these. */
  dash: "#ffffff",
  name: "#ffd0d5",
} as const;
/** Geofences by what they are for. */
export const FENCE_COLOURS: Readonly<Record<FenceKind, string>> = {
  danger: "#ff9f43",
  forbidden: "#ff6b6b",
  bound: "#5ad1c4",
  watched: "#f2e16b",
};

/** The ground by the days on which it was walked: never, seldom, more often, often. Red is for alarms. */
export const COVERED_COLOURS = ["#cfd6e4", "#2c6e49", "#3fa66b", "#7be495"] as const;

/** Alarms: calls for help, and the others. */
export const ALARM = { sos: "#ff3b46", other: "#ff9f43", text: "#ffd7d9" } as const;

/** Enterprises, which only lists tell of. */
export const FIRM_COLOUR = "#b8691b";

export const ICON_COLOURS = {
  camera: "#2f8dff",
  worker: "#12b886",
  centre: "#f2545b",
  poi: "#8f6bf2",
} as const;
