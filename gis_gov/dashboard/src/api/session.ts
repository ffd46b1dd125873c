import { ask } from "./client";

export interface HeldRole {
  title: string;
  title_zh: string;
}

/** Who is signed in. */
export interface Session {
  name: string;
  display_name: string | null;
  /** Whose account it is, if it is a worker's. */
  worker: { code: string; name: string } | null;
  roles: HeldRole[];
  rights: string[];
  /** Goes with every write; null for a key. */
  csrf_token: string | null;
  must_change_password: boolean;
}

/** An identity provider, and where a sign-in with it begins. */
export interface Provider {
  title: string;
  url: string;
}

/** Ask who is signed in; 401 when nobody is. */
export async function fetchSession(): Promise<Session> {
  return told(await ask("/session", { cache: "no-store" }));
}

/** Sign in; the cookie that comes with the answer is out of reach of scripts. */
export async function createSession(name: string, password: string, totp: string | null): Promise<Session> {
  return told(await ask("/session", sending("POST", { name, password, totp })));
}

/** Ask for the identity provider to sign in with beside the password; null where there is none. */
export async function fetchProvider(): Promise<Provider | null> {
  const response = await ask("/session/methods", { cache: "no-store" });
  return ((await response.json()) as { oidc: Provider | null }).oidc;
}

/** Change one's password; the session goes on under another cookie and token. */
export async function changePassword(session: Session, password: string, newPassword: string): Promise<Session> {
  const body = { password, new_password: newPassword };
  return told(await ask("/session/password", sending("PUT", body, session)));
}

/** Sign out. */
export async function deleteSession(session: Session): Promise<void> {
  await ask("/session", sending("DELETE", null, session));
}

/** Make a write as the server wants it: from our own page, and as JSON. */
export function sending(method: string, body: object | null, session?: Session): RequestInit {
  const headers: Record<string, string> = {};
  if (session?.csrf_token) headers["x-csrf-token"] = session.csrf_token;
  if (!body) return { method, headers };
  headers["content-type"] = "application/json";
  return { method, headers, body: JSON.stringify(body) };
}

async function told(response: Response): Promise<Session> {
  return (await response.json()) as Session;
}
