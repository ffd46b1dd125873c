import { get } from "./client";
import type { Named, Nearby, NearbyFeature } from "./shapes";

/** Who answers for an event: the grid of its day, the areas above, and who works in that grid. */
export interface Responsible {
  grid: Named | null;
  community: Named | null;
  street: Named | null;
  district: Named | null;
  workers: (Named & { role: string })[];
}

/** What is around an event; without kinds named, the nearest of each kind, of enterprises those of high risk. */
export interface EventAround extends Nearby {
  event: { code: string; title: string | null; state: string };
  responsible: Responsible;
  /** The cameras that see it, however far they are; null for whoever may see none. */
  seen_by: NearbyFeature[] | null;
}

/** Make the path of what is around an event. */
export function aroundEventPath(code: string, radiusM: number, vulnerable: boolean): string {
  return `/events/${encodeURIComponent(code)}/nearby?radius=${radiusM}&vulnerable=${vulnerable}`;
}

/** Ask for what is around an event: a question that is recorded. */
export function fetchAroundEvent(
  code: string,
  radiusM: number,
  vulnerable: boolean,
  signal: AbortSignal,
): Promise<EventAround> {
  return get<EventAround>(aroundEventPath(code, radiusM, vulnerable), signal);
}
