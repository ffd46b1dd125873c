import { signal } from "@preact/signals";
import { onPurposeNeeded, sendPurpose } from "./api/client";
import { isMessageKey, say, type Language } from "./i18n";

/** What was chosen. It is kept nowhere: whoever opens the page says it anew. */
export const purpose = signal<string | null>(null);
/** What it may be, as the server told. */
export const purposes = signal<readonly string[]>([]);
/** Whether the page asks for it now. */
export const isAsking = signal(false);

let waiting: ((said: string | null) => void)[] = [];

/** Ask for a purpose whenever the server tells no more without one. */
export function followPurpose(): void {
  onPurposeNeeded(askPurpose);
}

/** Ask what it is for; null if nothing was chosen. Who asks meanwhile gets the same answer. */
export function askPurpose(known: readonly string[]): Promise<string | null> {
  purposes.value = known;
  isAsking.value = true;
  return new Promise((resolve) => {
    waiting.push(resolve);
  });
}

/** Let another one be chosen. */
export function changePurpose(): void {
  isAsking.value = true;
}

/** Take what was chosen: it goes along with all that is asked from now on. */
export function choosePurpose(said: string): void {
  purpose.value = said;
  sendPurpose(said);
  answer(said);
}

/** Leave it as it is. */
export function leavePurpose(): void {
  answer(null);
}

/** Name a purpose; one that only the site knows is named as it is. */
export function purposeName(name: string, language: Language): string {
  const key = `purposeOf.${name}`;
  return isMessageKey(key) ? say(language, key) : name;
}

function answer(said: string | null): void {
  isAsking.value = false;
  const answered = waiting;
  waiting = [];
  for (const resolve of answered) resolve(said);
}
