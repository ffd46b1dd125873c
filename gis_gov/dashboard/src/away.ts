/** The way to an identity provider's pages and back: to the same view, and with what went wrong there. */

import { isMessageKey, type MessageKey } from "./i18n";

const VIEW_KEY = "gis-gov.view";

export interface Landing {
  /** The address hash to go on with. */
  hash: string;
  /** Why the sign-in failed. */
  failure: MessageKey | null;
}

/** Read the address hash that the page was opened with, and the one that was kept when it was left. */
export function readLanding(hash: string, kept: string): Landing {
  const failed = /^#failed=(.*)$/.exec(hash)?.[1];
  // An address that tells of a view is a link that somebody follows now.
  if (failed === undefined) return { hash: hash || kept, failure: null };
  const key = `failed.${failed}`;
  return { hash: kept, failure: isMessageKey(key) ? key : "failed.oidc-refused" };
}

/** Go on where the page was left, and tell why the sign-in elsewhere failed, if it did. */
export function comeBack(): MessageKey | null {
  const { pathname, search, hash } = location;
  const landing = readLanding(hash, takeView());
  history.replaceState(history.state, "", pathname + search + landing.hash);
  return landing.failure;
}

/** Keep what the address tells of the view while this tab is on another site. */
export function keepView(): void {
  try {
    sessionStorage.setItem(VIEW_KEY, location.hash);
  } catch {
    // Storage may be forbidden; then one comes back to the whole map.
  }
}

function takeView(): string {
  try {
    const kept = sessionStorage.getItem(VIEW_KEY) ?? "";
    sessionStorage.removeItem(VIEW_KEY);
    return kept;
  } catch {
    return "";
  }
}
