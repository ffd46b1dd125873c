import { ApiError, needsSignIn, onRefusal } from "./api/client";
import { changePassword, createSession, deleteSession, fetchSession, type Session } from "./api/session";
import { sign } from "./state";

/** The kind of a failure that no server tells: the sign-in went well, but the browser kept no cookie. */
export const COOKIE_LOST = "cookie-lost";

let last: Session | null = null;
let typed = "";
let looking = false;

/** Find out who is signed in, now and whenever the server does not answer without a sign-in. */
export function followSession(): void {
  onRefusal(() => void findOut());
  void findOut();
}

/** Ask who is signed in; what was refused before somebody signed in does not sign them out. */
export async function findOut(): Promise<void> {
  if (looking) return;
  looking = true;
  try {
    take(await fetchSession());
  } catch (error) {
    const failed = asApiError(error);
    if (needsSignIn(failed)) sign.value = { status: "out", lapsed: last !== null };
    else if (sign.value.status !== "in") sign.value = { status: "away", error: failed };
  } finally {
    looking = false;
  }
}

/**
 * Sign in.
 * @throws {ApiError} What the server says against it, or that the browser keeps no cookie.
 */
export async function signIn(name: string, password: string, totp: string | null): Promise<void> {
  const { must_change_password: mustChange } = await createSession(name, password, totp);
  typed = mustChange ? password : "";
  try {
    take(await fetchSession());
  } catch (error) {
    const failed = asApiError(error);
    throw failed.status === 401 ? new ApiError(401, failed.title, "", COOKIE_LOST) : failed;
  }
}

/** Return the password of the sign-in just now, which has to be changed: once, and empty if unknown. */
export function takeTyped(): string {
  const password = typed;
  typed = "";
  return password;
}

/**
 * Change one's password, and go on.
 * @throws {ApiError} What the server says against it.
 */
export async function setPassword(current: string, wanted: string): Promise<void> {
  // Asked anew: another window may have signed in since, and the token goes with the cookie.
  take(await changePassword(await fetchSession(), current, wanted));
}

/**
 * Sign out, and forget all that is on the page.
 * @throws {ApiError} The server did not end the session.
 */
export async function signOut(): Promise<void> {
  try {
    await deleteSession(await fetchSession());
  } catch (error) {
    const failed = asApiError(error);
    if (failed.status !== 401) throw failed;
  }
  location.reload();
}

/** Make a failure of whatever was thrown. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, "", String(error));
}

function take(session: Session): void {
  // What the page shows is what the one before had a right to.
  if (last && !sameRights(last, session)) {
    location.reload();
    return;
  }
  last = session;
  sign.value = { status: "in", session };
}

function sameRights(one: Session, other: Session): boolean {
  const told = ({ name, rights, roles }: Session) => JSON.stringify([name, rights, roles]);
  return told(one) === told(other);
}
