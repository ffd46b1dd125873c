import type { ApiError, Fault } from "./api/client";
import { errorKey } from "./format";
import { isMessageKey, type MessageKey } from "./i18n";
import { COOKIE_LOST } from "./signing";

export interface Message {
  key: MessageKey;
  values?: Readonly<Record<string, number>>;
}

const KINDS: Readonly<Record<string, MessageKey>> = {
  "sign-in-refused": "sign.refused",
  "code-needed": "sign.codeNeeded",
  "weak-password": "password.weak",
  "wrong-password": "password.wrong",
  "sign-in-needed": "sign.lapsed",
  [COOKIE_LOST]: "sign.cookieLost",
};

/** Say in plain words why somebody is not signed in, or a password not changed. */
export function messageOf(error: ApiError): Message {
  const key = KINDS[error.kind];
  if (key) return { key };
  if (error.status === 429 && error.retryAfterS !== null) {
    return { key: "sign.wait", values: { seconds: error.retryAfterS } };
  }
  return { key: error.status === 400 ? "sign.invalid" : errorKey(error.status) };
}

/** Find the words for a fault of a new password; null for one that only the server has words for. */
export function faultKey({ code }: Fault): MessageKey | null {
  const key = `fault.${code}`;
  return isMessageKey(key) ? key : null;
}

/** Read a code as people type it: with spaces, or in full-width digits; null where it is none. */
export function readCode(text: string): string | null {
  const digits = text.normalize("NFKC").replace(/\s/g, "");
  return /^[0-9]{6}$/.test(digits) ? digits : null;
}
