import { computed, effect, signal } from "@preact/signals";
import type { ApiError } from "../api/client";
import { asApiError } from "../signing";
import { PlayClock, type Speed } from "./clock";
import { load, type Loaded } from "./loading";
import { nowhere, placeAt, type Track } from "./track";
import type { Wish } from "./wish";

/** What is played back, and what came of loading it. */
export type Playback =
  | { status: "idle" }
  | { status: "loading"; wish: Wish; done: number; all: number }
  | { status: "failed"; wish: Wish; error: ApiError }
  | { status: "ready"; loaded: Loaded };

/** One picture. */
export interface Frame {
  tracks: readonly Track[];
  atS: number;
  trailS: number;
  chosen: string | null;
}

/** Where movers are drawn. */
export interface MoverStage {
  /** Draw a picture; null takes it off. */
  drawMovers(frame: Frame | null): void;
  /** Move so that all tracks are in view. */
  fitMovers(tracks: readonly Track[]): void;
  /** Move, if need be, so that a place stays away from the edges. */
  keepInView(x: number, y: number): void;
  /** Call back when the map was moved, and with the code of a mover that was clicked. */
  onMovers(moved: () => void, clicked: (worker: string) => void): void;
}

/** How often lists and clocks are written anew while it plays: more often nobody reads them. */
const TOLD_MS = 200;
const TRAIL_MIN = 15;

export const playback = signal<Playback>({ status: "idle" });
export const tracks = computed<readonly Track[]>(() =>
  playback.value.status === "ready" ? playback.value.loaded.tracks : [],
);
/** The moment that is told in words, in seconds since 1970. */
export const toldS = signal(0);
export const isPlaying = signal(false);
export const speed = signal<Speed>(60);
export const trailMin = signal(TRAIL_MIN);
export const chosenMover = signal<string | null>(null);
export const isFollowing = signal(false);

let clock: PlayClock | null = null;
let running: AbortController | null = null;

/** Load and show what is wished for; the latest wish wins. */
export async function startPlayback(wish: Wish): Promise<void> {
  stopPlayback();
  const question = (running = new AbortController());
  playback.value = { status: "loading", wish, done: 0, all: 0 };
  try {
    const loaded = await load(wish, question.signal, (done, all) => {
      if (!question.signal.aborted) playback.value = { status: "loading", wish, done, all };
    });
    if (question.signal.aborted) return;
    const first = Math.min(...loaded.tracks.map(({ timesS }) => timesS[0] ?? Infinity));
    clock = new PlayClock(wish.fromS, wish.untilS);
    clock.speed = speed.value;
    // Nobody wants to wait for the first to set out.
    clock.seek(first);
    toldS.value = clock.atS;
    playback.value = { status: "ready", loaded };
  } catch (error) {
    if (!question.signal.aborted) playback.value = { status: "failed", wish, error: asApiError(error) };
    question.abort();
  }
}

/** Put the playback away. */
export function stopPlayback(): void {
  running?.abort();
  clock = null;
  isPlaying.value = false;
  isFollowing.value = false;
  chosenMover.value = null;
  playback.value = { status: "idle" };
}

/** Let it play or stand. */
export function togglePlay(): void {
  if (clock?.isPlaying) clock.pause();
  else clock?.play();
  isPlaying.value = clock?.isPlaying ?? false;
  // What is told while it goes is some pictures old.
  if (clock) toldS.value = clock.atS;
}

/** Go to a moment. */
export function seek(atS: number): void {
  clock?.seek(atS);
  if (clock) toldS.value = clock.atS;
}

/** Let the time pass so many times as fast. */
export function setSpeed(wanted: Speed): void {
  speed.value = wanted;
  if (clock) clock.speed = wanted;
}

/** Draw what is played back, picture by picture. */
export function showPlayback(stage: MoverStage): void {
  let toldMs = 0;
  const draw = (atS: number): void => {
    const shown = { tracks: tracks.value, atS, trailS: trailMin.value * 60, chosen: chosenMover.value };
    stage.drawMovers(shown.tracks.length > 0 ? shown : null);
  };
  const follow = (atS: number): void => {
    const track = isFollowing.value ? tracks.value.find(({ worker }) => worker === chosenMover.value) : undefined;
    if (!track) return;
    const { x, y, isShown } = placeAt(track, atS, nowhere());
    if (isShown) stage.keepInView(x, y);
  };
  const go = (nowMs: number): void => {
    if (!clock) return;
    const goesOn = clock.tick(nowMs);
    draw(clock.atS);
    follow(clock.atS);
    if (nowMs - toldMs > TOLD_MS || !goesOn) {
      toldMs = nowMs;
      toldS.value = clock.atS;
    }
    isPlaying.value = goesOn;
    if (goesOn) requestAnimationFrame(go);
  };
  effect(() => {
    if (tracks.value.length > 0) stage.fitMovers(tracks.value);
  });
  effect(() => {
    if (isPlaying.value) requestAnimationFrame(go);
  });
  // Whatever is chosen otherwise is drawn at once, also while it stands.
  effect(() => {
    draw(toldS.value);
  });
  effect(() => {
    follow(toldS.value);
  });
  stage.onMovers(
    () => {
      draw(clock?.atS ?? 0);
    },
    (worker) => {
      chosenMover.value = worker;
    },
  );
}
