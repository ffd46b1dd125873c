import { get } from "../api/client";
import { counting, fetchFixes } from "../api/fixes";
import type { Patrol } from "../api/patrols";
import { planeX, planeY } from "../map/plane";
import { trackOf, type Piece, type Track } from "./track";
import { playbackPath, type Wish } from "./wish";

/** What a browser holds and draws well: days of some hundred workers. */
export const PATROLS_MAX = 500;
export const FIXES_MAX = 2_000_000;
const PAGE = 1000;
const PAGES_MAX = 5;
/** Browsers have six connections to one server, and the live stream has one of them. */
const AT_ONCE = 4;

/** What was loaded, and how much there was. */
export interface Loaded {
  wish: Wish;
  tracks: readonly Track[];
  patrols: number;
  /** Patrols beyond what is loaded at once. */
  left: number;
}

/** Load what is to be played back, patrol by patrol; each is a question that is recorded. */
export async function load(
  wish: Wish,
  signal: AbortSignal,
  onProgress: (done: number, all: number) => void,
): Promise<Loaded> {
  const found = await findPatrols(wish, signal);
  const wanted = within(found);
  const pieces = new Map<Patrol, Piece>();
  const waiting = [...wanted];
  onProgress(0, wanted.length);
  const work = async (): Promise<void> => {
    for (let patrol = waiting.shift(); patrol; patrol = waiting.shift()) {
      pieces.set(patrol, await loadPiece(patrol, wish, signal));
      onProgress(pieces.size, wanted.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { wish, tracks: tracksOf(wanted, pieces), patrols: wanted.length, left: found.length - wanted.length };
}

/** Choose the first patrols, as many as are loaded at once. */
export function within(patrols: readonly Patrol[]): Patrol[] {
  let fixes = 0;
  return [...patrols]
    .sort((one, other) => Date.parse(one.begins_at) - Date.parse(other.begins_at))
    .filter((patrol, order) => {
      fixes += patrol.fixes + patrol.rejected;
      return order < PATROLS_MAX && fixes <= FIXES_MAX;
    });
}

async function findPatrols(wish: Wish, signal: AbortSignal): Promise<Patrol[]> {
  const found: Patrol[] = [];
  let path: string | null = playbackPath(wish, PAGE);
  for (let page = 0; path !== null && page < PAGES_MAX; page += 1) {
    const told: { patrols: Patrol[]; next: string | null } = await get(path, signal);
    found.push(...told.patrols);
    path = told.next;
  }
  return found.filter(
    ({ begins_at, ends_at, fixes }) =>
      fixes > 0 && Date.parse(begins_at) < wish.untilS * 1000 && Date.parse(ends_at ?? begins_at) >= wish.fromS * 1000,
  );
}

async function loadPiece({ code }: Patrol, { fromS, untilS }: Wish, signal: AbortSignal): Promise<Piece> {
  const { timesS, lons, lats } = counting(await fetchFixes(code, signal));
  const first = timesS.findIndex((time) => time >= fromS);
  const past = timesS.findIndex((time) => time > untilS);
  // With the fixes right beside the ends he is somewhere from the beginning on, and to the end.
  const begin = first < 0 ? timesS.length : Math.max(first - 1, 0);
  const end = past < 0 ? timesS.length : past + 1;
  return {
    timesS: timesS.slice(begin, end),
    xs: lons.slice(begin, end).map(planeX),
    ys: lats.slice(begin, end).map(planeY),
  };
}

function tracksOf(patrols: readonly Patrol[], pieces: ReadonlyMap<Patrol, Piece>): Track[] {
  const byWorker = new Map<string, Patrol[]>();
  for (const patrol of patrols) byWorker.set(patrol.worker.code, [...(byWorker.get(patrol.worker.code) ?? []), patrol]);
  return [...byWorker]
    .map(([code, own]) =>
      trackOf(code, own[0]?.worker.name ?? null, own.flatMap((patrol) => pieces.get(patrol) ?? [])),
    )
    .filter(({ timesS }) => timesS.length > 0)
    .sort((one, other) => (one.worker < other.worker ? -1 : 1));
}
