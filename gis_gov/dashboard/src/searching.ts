import { effect } from "@preact/signals";
import { fetchAroundEvent } from "./api/around_event";
import { ApiError, fetchLocated, fetchNearby, type Wanted } from "./api/client";
import type { LonLat } from "./api/shapes";
import { locatedBy } from "./around/event_around";
import {
  answers,
  chosen,
  countsVulnerable,
  eventCode,
  isIn,
  point,
  radiusM,
  search,
  tiles,
  wantedKinds,
  type Answers,
} from "./state";

/** Results listed at most; the counts are over all hits. */
export const LISTED_MAX = 50;
/** A dragged slider asks once it rests. */
const REST_MS = 150;

type Find = (signal: AbortSignal) => Promise<Answers>;

/** Keep the answers in step with the chosen point or event, radius and kinds; the latest question wins. */
export function followSearch(): void {
  let running: AbortController | null = null;
  let resting: ReturnType<typeof setTimeout> | undefined;
  let [lastPoint, lastEvent]: [LonLat | null, string | null] = [null, null];
  effect(() => {
    const [place, event, radius] = [point.value, eventCode.value, radiusM.value];
    // An event is opened by whoever deals with it: the kinds of things around it are not chosen.
    const find = event === null ? place && aroundPlace(place, radius) : aroundEvent(event, radius);
    const ready = isIn.value && tiles.value !== null;
    running?.abort();
    clearTimeout(resting);
    if (!place || !find) {
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
    const samePlace = lastPoint === place && lastEvent === event;
    [lastPoint, lastEvent] = [place, event];
    search.value = { status: "loading", last: samePlace ? answers.peek() : null };
    if (!samePlace) chosen.value = null;
    resting = setTimeout(() => void ask(find, question.signal), samePlace ? REST_MS : 0);
  });
}

/** Ask the last question again, after an error. */
export function askAgain(): void {
  const place = point.peek();
  if (place) point.value = [...place];
}

/** Make the question for a place; what it is for is read here, so that it is asked anew for anything else. */
function aroundPlace(place: LonLat, radius: number): Find {
  const wanted: Wanted = { kinds: wantedKinds.value, vulnerable: countsVulnerable.value, limit: LISTED_MAX };
  return async (signal) => {
    const [located, nearby] = await Promise.all([
      fetchLocated(place, signal),
      wanted.kinds.length > 0 ? fetchNearby(place, radius, wanted, signal) : null,
    ]);
    return { located, nearby, event: null };
  };
}

function aroundEvent(code: string, radius: number): Find {
  const vulnerable = countsVulnerable.value;
  return async (signal) => {
    const event = await fetchAroundEvent(code, radius, vulnerable, signal);
    return { located: locatedBy(event.responsible), nearby: null, event };
  };
}

async function ask(find: Find, signal: AbortSignal): Promise<void> {
  try {
    const found = await find(signal);
    if (!signal.aborted) search.value = { status: "done", answers: found };
  } catch (error) {
    if (signal.aborted) return;
    search.value = {
      status: "failed",
      error: error instanceof ApiError ? error : new ApiError(0, "", String(error)),
    };
  }
}
