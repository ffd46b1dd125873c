import type { StyleSpecification } from "maplibre-gl";
import type { Kind, Located, LonLat, Nearby, TileJson } from "./shapes";

/** An answer that is no success: an RFC 9457 problem, or none at all (`status` 0: not reached). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title);
    this.name = "ApiError";
  }
}

/** Make the path of a nearby search; `limit` is the number of listed hits. */
export function nearbyPath(point: LonLat, radiusM: number, kinds: Iterable<Kind>, limit: number): string {
  const query = new URLSearchParams({
    lon: String(point[0]),
    lat: String(point[1]),
    radius: String(radiusM),
    kinds: [...kinds].join(","),
    limit: String(limit),
  });
  return `/nearby?${query.toString().replaceAll("%2C", ",")}`;
}

/** Make the path of a grid location. */
export function locatePath(point: LonLat): string {
  return `/locate?lon=${point[0]}&lat=${point[1]}`;
}

/** Ask for what lies around a point. */
export function fetchNearby(
  point: LonLat,
  radiusM: number,
  kinds: Iterable<Kind>,
  limit: number,
  signal: AbortSignal,
): Promise<Nearby> {
  return get<Nearby>(nearbyPath(point, radiusM, kinds, limit), signal);
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

async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, signal ? { signal } : {});
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "", error instanceof Error ? error.message : String(error));
  }
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as Answer;
}

/** Read the problem of a failed answer; one that is no problem+json keeps its status line. */
export async function problemOf(response: Response): Promise<ApiError> {
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("json")) {
    try {
      const body = (await response.json()) as { title?: unknown; detail?: unknown };
      return new ApiError(response.status, text(body.title), text(body.detail));
    } catch {
      // A broken body tells no more than the status does.
    }
  }
  return new ApiError(response.status, response.statusText, "");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
