import { effect } from "@preact/signals";
import { ApiError, fetchLocated, fetchNearby, type Wanted } from "./api/client";
import type { LonLat } from "./api/shapes";
import { answers, chosen, countsVulnerable, isIn, point, radiusM, search, tiles, wantedKinds } from "./state";

/** Results listed at most; the counts are over all hits. */
export const LISTED_MAX = 50;
/** A dragged slider asks once it rests. */
const REST_MS = 150;

/** Keep the answers in step with the chosen point, radius and kinds; the latest question wins. */
export function followSearch(): void {
  let running: AbortController | null = null;
  let resting: ReturnType<typeof setTimeout> | undefined;
  let lastPoint: LonLat | null = null;
  effect(() => {
    const [place, radius] = [point.value, radiusM.value];
    const wanted = { kinds: wantedKinds.value, vulnerable: countsVulnerable.value, limit: LISTED_MAX };
    const ready = isIn.value && tiles.value !== null;
    running?.abort();
    clearTimeout(resting);
    if (!place) {
      search.value = { status: "idle" };
      lastPoint = null;
      return;
    }
    if (!ready) {
      search.value = { status: "loading", last: answers.peek() };
      return;
    }
    const question = new AbortController();
    running = question;
    const samePlace = lastPoint === place;
    lastPoint = place;
    search.value = { status: "loading", last: samePlace ? answers.peek() : null };
    if (!samePlace) chosen.value = null;
    resting = setTimeout(() => void ask(place, radius, wanted, question.signal), samePlace ? REST_MS : 0);
  });
}

/** Ask the last question again, after an error. */
export function askAgain(): void {
  const place = point.peek();
  if (place) point.value = [...place];
}

async function ask(place: LonLat, radius: number, wanted: Wanted, signal: AbortSignal): Promise<void> {
  try {
    const [located, nearby] = await Promise.all([
      fetchLocated(place, signal),
      wanted.kinds.length > 0 ? fetchNearby(place, radius, wanted, signal) : null,
    ]);
    if (!signal.aborted) search.value = { status: "done", answers: { located, nearby } };
  } catch (error) {
    if (signal.aborted) return;
    search.value = {
      status: "failed",
      error: error instanceof ApiError ? error : new ApiError(0, "", String(error)),
    };
  }
}
