import type { StyleSpecification } from "maplibre-gl";
import type { Kind, Located, LonLat, Nearby, TileJson } from "./shapes";

/** What is wrong with a new password: which rule it breaks, and the server's own sentence. */
export interface Fault {
  code: string;
  what: string;
}

/** An answer that is no success: an RFC 9457 problem, or none at all (`status` 0: not reached). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /** Which problem it is: the slug of its type. */
    readonly kind = "",
    readonly faults: readonly Fault[] = [],
    /** How long to wait before the next try. */
    readonly retryAfterS: number | null = null,
    /** What a question may be for, where that has to be said. */
    readonly purposes: readonly string[] = [],
  ) {
    super(detail || title);
    this.name = "ApiError";
  }
}

/** What to look for around a point; `limit` is the number of listed hits. */
export interface Wanted {
  kinds: readonly Kind[];
  vulnerable: boolean;
  limit: number;
}

/** Make the path of a nearby search. */
export function nearbyPath(point: LonLat, radiusM: number, wanted: Wanted): string {
  const query = new URLSearchParams({
    lon: String(point[0]),
    lat: String(point[1]),
    radius: String(radiusM),
    kinds: wanted.kinds.join(","),
    limit: String(wanted.limit),
    ...(wanted.vulnerable && { vulnerable: "true" }),
  });
  return `/nearby?${query.toString().replaceAll("%2C", ",")}`;
}

/** Make the path of a grid location. */
export function locatePath(point: LonLat): string {
  return `/locate?lon=${point[0]}&lat=${point[1]}`;
}

/** Ask for what lies around a point. */
export function fetchNearby(point: LonLat, radiusM: number, wanted: Wanted, signal: AbortSignal): Promise<Nearby> {
  return get<Nearby>(nearbyPath(point, radiusM, wanted), signal);
}

/** Ask for the grid, community, street and district of a point. */
export function fetchLocated(point: LonLat, signal: AbortSignal): Promise<Located> {
  return get<Located>(locatePath(point), signal);
}

/** Ask for the map's style: its tile sources, that is; the page dresses them itself. */
export function fetchStyle(): Promise<StyleSpecification> {
  return get<StyleSpecification>("/style.json");
}

/** Ask where the data of tile layers lies. */
export function fetchTileJson(layer: string): Promise<TileJson> {
  return get<TileJson>(`/tiles/${layer}.json`);
}

let hearRefusal: (error: ApiError) => void = () => undefined;

/** Be told when the server wants a sign-in or another password before it answers on. */
export function onRefusal(hear: (error: ApiError) => void): void {
  hearRefusal = hear;
}

let purpose: string | null = null;
let askPurpose: (known: readonly string[]) => Promise<string | null> = () => Promise.resolve(null);

/** Say what all that is asked from now on is for; null says nothing. */
export function sendPurpose(said: string | null): void {
  purpose = said;
}

/** Be asked for a purpose when the server wants one; null refuses to say it. */
export function onPurposeNeeded(ask: (known: readonly string[]) => Promise<string | null>): void {
  askPurpose = ask;
}

/** Tell whether nothing more is answered until somebody signs in or changes the password. */
export function needsSignIn(error: { status: number; kind?: string }): boolean {
  return error.status === 401 || error.kind === "password-change-needed";
}

/** Ask for JSON; that a sign-in or a purpose is wanted is told to the page, too. */
export async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  try {
    const response = await askFor(path, signal ? { signal } : {});
    return (await response.json()) as Answer;
  } catch (error) {
    if (error instanceof ApiError && needsSignIn(error)) hearRefusal(error);
    throw error;
  }
}

async function askFor(path: string, request: RequestInit): Promise<Response> {
  const before = purpose;
  try {
    return await ask(path, request);
  } catch (error) {
    if (!(error instanceof ApiError && error.kind === "purpose-needed")) throw error;
    // It may have been said while the question was under way.
    const said = purpose === before ? await askPurpose(error.purposes) : purpose;
    if (said === null) throw error;
    return await ask(path, request);
  }
}

/** Ask the server; an answer that is no success is thrown. */
export async function ask(path: string, request: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, purpose === null ? request : withPurpose(request, purpose));
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new ApiError(0, "", error instanceof Error ? error.message : String(error));
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

function withPurpose(request: RequestInit, said: string): RequestInit {
  const headers = new Headers(request.headers);
  headers.set("x-purpose", said);
  return { ...request, headers };
}

/** Read the problem of a failed answer; one that is no problem+json keeps its status line. */
export async function problemOf(response: Response): Promise<ApiError> {
  const type = response.headers.get("content-type") ?? "";
  const wait = response.headers.get("retry-after") ?? "";
  const retryAfterS = /^\d+$/.test(wait) ? Number(wait) : null;
  if (type.includes("json")) {
    try {
      const body = (await response.json()) as Record<string, unknown>;
      const kind = text(body.type).replace(/^urn:gis-gov:problem:/, "");
      const faults = Array.isArray(body.faults) ? body.faults.map(faultOf) : [];
      const purposes = Array.isArray(body.purposes) ? body.purposes.map(text) : [];
      return new ApiError(response.status, text(body.title), text(body.detail), kind, faults, retryAfterS, purposes);
    } catch {
      // A broken body tells no more than the status does.
    }
  }
  return new ApiError(response.status, response.statusText, "", "", [], retryAfterS);
}

function faultOf(value: unknown): Fault {
  const { code, what } = Object(value) as Record<string, unknown>;
  return { code: text(code), what: text(what) };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
