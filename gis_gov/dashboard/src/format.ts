import { isMessageKey, say, TAGS, type Language, type MessageKey } from "./i18n";

const COMPASS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;

/** Format metres: `86 m` below a kilometre, `1.24 km` above. */
export function formatDistance(metres: number, language: Language): string {
  const inMetres = Math.round(metres);
  return inMetres < 1000
    ? `${number(inMetres, language, 0)} m`
    : `${number(metres / 1000, language, 2)} km`;
}

/** Format a bearing in degrees, clockwise from north, as a compass point and degrees. */
export function formatBearing(degrees: number, language: Language): string {
  const turned = ((degrees % 360) + 360) % 360;
  const point = COMPASS[Math.round(turned / 45) % 8] ?? "n";
  return `${say(language, `compass.${point}`)} ${Math.round(turned) % 360}°`;
}

/** Format a count with the language's separators. */
export function formatCount(count: number, language: Language): string {
  return number(count, language, 0);
}

/** Format a figure with a decimal, if it has one. */
export function formatTenths(figure: number, language: Language): string {
  return number(figure, language, 1);
}

/** Name a property of a tile feature; one without a name keeps its own. */
export function fieldName(field: string, language: Language): string {
  const key = `field.${field}`;
  return isMessageKey(key) ? say(language, key) : field;
}

const VALUE_WORDS: Readonly<Record<string, string>> = {
  "events/state": "state",
  "events/level": "level",
  "areas/level": "level",
  "grids/layer": "gridLayer",
  "houses/kind": "houseKind",
  "cameras/kind": "kind",
  "centres/kind": "kind",
  "pois/kind": "kind",
  "workers/standing": "standing",
};
const UNITS: Readonly<Record<string, string>> = {
  range_m: " m",
  height_m: " m",
  accuracy_m: " m",
  speed_mps: " m/s",
  field_of_view_deg: "°",
};

/** Say a property of a tile feature in words: known terms, units, times in the viewer's own zone. */
export function formatValue(layer: string, field: string, value: unknown, language: Language): string {
  const words = VALUE_WORDS[`${layer}/${field}`];
  if (words !== undefined && typeof value === "string") {
    const key = `${words}.${value}`;
    return isMessageKey(key) ? say(language, key) : value;
  }
  if (/_at$|^time$/.test(field) && typeof value === "number") return formatTime(value, language);
  if (typeof value === "number") {
    if (field === "azimuth_deg" || field === "bearing_deg") return formatBearing(value, language);
    return number(value, language, field === "area_m2" ? 0 : 2) + (UNITS[field] ?? "");
  }
  if (typeof value === "boolean") return value ? "✓" : "✗";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Format seconds since 1970 in the viewer's own time zone. */
export function formatTime(epochS: number, language: Language): string {
  const style = { dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(TAGS[language], style).format(new Date(epochS * 1000));
}

/** The message key of an error's plain words. */
export function errorKey(status: number): MessageKey {
  if (status === 0) return "error.offline";
  if (status >= 500) return "error.server";
  const key = `error.${status === 422 ? 400 : status}`;
  return isMessageKey(key) ? key : "error.other";
}

function number(value: number, language: Language, decimals: number): string {
  return new Intl.NumberFormat(TAGS[language], { maximumFractionDigits: decimals }).format(value);
}
