import type { Signal } from "@preact/signals";
import type { ApiError } from "../api/client";
import { asApiError } from "../signing";

/** What was asked for by a code, and what came of it. */
export type Asked<Told> =
  | { status: "idle" }
  | { status: "loading"; code: string }
  | { status: "done"; code: string; told: Told }
  | { status: "failed"; code: string; error: ApiError };

/** Make a question whose latest asking wins; null asks for nothing any more. */
export function asking<Told>(
  into: Signal<Asked<Told>>,
  ask: (code: string, abort: AbortSignal) => Promise<Told>,
): (code: string | null) => void {
  let running: AbortController | null = null;
  const run = async (code: string, { signal: abort }: AbortController): Promise<void> => {
    try {
      const told = await ask(code, abort);
      if (!abort.aborted) into.value = { status: "done", code, told };
    } catch (error) {
      if (!abort.aborted) into.value = { status: "failed", code, error: asApiError(error) };
    }
  };
  return (code) => {
    running?.abort();
    running = null;
    if (code === null) {
      into.value = { status: "idle" };
      return;
    }
    into.value = { status: "loading", code };
    running = new AbortController();
    void run(code, running);
  };
}
