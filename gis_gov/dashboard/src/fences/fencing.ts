import { effect, signal } from "@preact/signals";
import type { ApiError } from "../api/client";
import { fetchCrossings, fetchFences, type Crossing, type Fence } from "../api/fences";
import { asApiError } from "../signing";
import { knowsFences, layers } from "../state";

/** The fences that are on the map. */
export const fences = signal<readonly Fence[]>([]);
/** Whether there are more than are drawn. */
export const areMore = signal(false);
export const fenceTrouble = signal<ApiError | null>(null);

/** Who came into the fence that was asked for, and left it. */
export type Passed =
  | { status: "idle" }
  | { status: "loading"; fence: string }
  | { status: "done"; fence: string; told: readonly Crossing[] }
  | { status: "failed"; fence: string; error: ApiError };
export const passed = signal<Passed>({ status: "idle" });

let running: AbortController | null = null;
let asking: AbortController | null = null;

/** Read the fences while their layer is on: nobody tells the page when they change. */
export function followFences(): void {
  effect(() => {
    if (knowsFences.value && layers.value.includes("fences")) void readFences();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && knowsFences.peek() && layers.peek().includes("fences")) void readFences();
  });
}

/** Read them anew; the latest asking wins. */
export async function readFences(): Promise<void> {
  running?.abort();
  const { signal: abort } = (running = new AbortController());
  try {
    const told = await fetchFences(abort);
    if (abort.aborted) return;
    fences.value = told.fences;
    areMore.value = !told.isAll;
    fenceTrouble.value = null;
  } catch (error) {
    if (!abort.aborted) fenceTrouble.value = asApiError(error);
  }
}

/** Ask who passed a fence last. */
export async function askPassed(fence: string): Promise<void> {
  asking?.abort();
  const { signal: abort } = (asking = new AbortController());
  passed.value = { status: "loading", fence };
  try {
    const told = await fetchCrossings(fence, abort);
    if (!abort.aborted) passed.value = { status: "done", fence, told };
  } catch (error) {
    if (!abort.aborted) passed.value = { status: "failed", fence, error: asApiError(error) };
  }
}
