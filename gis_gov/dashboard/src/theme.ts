/** The colours of the map; the panel's are in style/base.css. */

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

export const ICON_COLOURS = {
  camera: "#2f8dff",
  worker: "#12b886",
  centre: "#f2545b",
  poi: "#8f6bf2",
} as const;
