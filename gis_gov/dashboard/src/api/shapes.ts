/** The answers of the spatial interface that the page uses. Positions are longitude, latitude (CRS84). */

import type { Standing } from "../workers/standing";

export const KINDS = ["camera", "worker", "centre", "poi"] as const;
export type Kind = (typeof KINDS)[number];
/** What may be near an event: enterprises, too, which nobody searches for. */
export const NEAR_KINDS = [...KINDS, "enterprise"] as const;
export type NearKind = (typeof NEAR_KINDS)[number];

export type LonLat = readonly [lon: number, lat: number];

export interface Named {
  code: string;
  name: string;
}

export interface Located {
  grid: Named | null;
  exclusive: Named[];
  community: Named | null;
  street: Named | null;
  district: Named | null;
  /** The nearest grid, when the point lies in none. */
  nearest?: { code: string; distance_m: number } | null;
}

export interface Hit {
  id: string;
  kind: NearKind;
  name: string;
  distance_m: number;
  /** Clockwise from north; null at distance 0. */
  bearing_deg: number | null;
  /** How a worker stands; of nothing else. */
  standing?: Standing;
  [fact: string]: unknown;
}

export type Counts = Partial<Record<NearKind, number>>;

export interface Ring {
  from_m: number;
  to_m: number;
  counts: Counts;
}

export interface NearbyFeature {
  type: "Feature";
  geometry: { type: "Point"; coordinates: [number, number] };
  properties: Hit;
}

export interface Nearby {
  type: "FeatureCollection";
  /** By distance. */
  features: NearbyFeature[];
  /** All hits within the radius, not just the listed ones. */
  counts: Counts;
  rings: Ring[];
  /** Those of the class "service", if they were asked for; null for whoever may not know. */
  vulnerable_persons?: Vulnerable | null;
}

export interface Vulnerable {
  count: number;
  rings: { from_m: number; to_m: number; count: number }[];
}

export interface TileJson {
  bounds?: [west: number, south: number, east: number, north: number];
}
