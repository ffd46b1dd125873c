import { KINDS, type Kind, type LonLat } from "./api/shapes";
import { LANGUAGES, type Language } from "./i18n";
import { LAYERS, type LayerName } from "./map/layers";

/** What the page's address tells beside the map's own `map=zoom/lat/lon`. Absent: the default. */
export interface Link {
  point: LonLat | null;
  radiusM?: number;
  kinds?: Kind[];
  layers?: LayerName[];
  language?: Language;
}

export const RADIUS_MAX_M = 2000;
/** About a centimetre. */
const POINT_DECIMALS = 7;

/** Read an address hash; what is not understood is left out. */
export function readHash(hash: string): Link {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const link: Link = { point: readPoint(query.get("point")) };
  const radius = query.get("radius");
  if (radius !== null && /^\d+$/.test(radius)) link.radiusM = Math.min(Number(radius), RADIUS_MAX_M);
  const kinds = query.get("kinds");
  if (kinds !== null) link.kinds = among(KINDS, kinds);
  const layers = query.get("layers");
  if (layers !== null) link.layers = among(LAYERS, layers);
  const language = LANGUAGES.find((known) => known === query.get("lang"));
  if (language) link.language = language;
  return link;
}

/** Write a link into an address hash, keeping the map's own part. */
export function writeHash(hash: string, link: Link): string {
  const map = /(?:^|[#&])(map=[^&]*)/.exec(hash)?.[1];
  const parts = map ? [map] : [];
  if (link.point) parts.push(`point=${formatPoint(link.point)}`);
  if (link.radiusM !== undefined) parts.push(`radius=${link.radiusM}`);
  if (link.kinds) parts.push(`kinds=${link.kinds.join(",")}`);
  if (link.layers) parts.push(`layers=${link.layers.join(",")}`);
  if (link.language) parts.push(`lang=${link.language}`);
  return parts.length > 0 ? `#${parts.join("&")}` : "";
}

/** Write a position as `lon,lat`. */
export function formatPoint([lon, lat]: LonLat): string {
  return `${round(lon)},${round(lat)}`;
}

/** Read `lon,lat` in degrees; null where it is no position on earth. */
export function readPoint(text: string | null): LonLat | null {
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*[,，\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text ?? "");
  if (!match) return null;
  const [lon, lat] = [Number(match[1]), Number(match[2])];
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90 ? [round(lon), round(lat)] : null;
}

/** Round degrees to what a link keeps. */
export function round(degrees: number): number {
  return Number(degrees.toFixed(POINT_DECIMALS));
}

function among<Name extends string>(known: readonly Name[], list: string): Name[] {
  const wanted = new Set(list.split(","));
  return known.filter((name) => wanted.has(name));
}
