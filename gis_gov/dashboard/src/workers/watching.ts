import { signal } from "@preact/signals";
import type { Feature, Point } from "geojson";
import type { PositionTold } from "../api/live";
import { USUAL_LIMITS, type Limits } from "./standing";
import { Trails } from "./trails";
import { Whereabouts, type Changes } from "./whereabouts";

/** What moves is gathered so long: four pictures a second are as live as it has to look. */
const GATHERED_MS = 250;
/** Trails are long, and need not grow that often. */
const TRAILS_MS = 1_000;
const TRAILS_AGING_MS = 15_000;
/** How often is looked who has fallen silent. */
const AGING_MS = 5_000;

/** After how long somebody is idle, and offline, as far as it was told. */
export const limits = signal<Limits>(USUAL_LIMITS);

/** Takes what is told of all workers, or of those who moved. */
export type TakePositions = (told: readonly PositionTold[], isAll: boolean, limits: Limits | null) => void;

/** Where workers are drawn. */
export interface WorkerDrawing {
  drawWorkers(changes: Changes): void;
  /** Call back when names may have come that were not known. */
  onWorkerNames(hear: () => void): void;
  /** The names of workers by code, as far as the map has them. */
  workerNames(): ReadonlyMap<string, string>;
}

/** What is done of what is told of workers, besides drawing them. */
export interface WorkerFollowing {
  drawTrails(trails: Trails): void;
  onChanges(changes: Changes): void;
}

/** The workers who are watched. */
export interface Watched {
  /** Take what is told of all, with the limits by which they stand, or of those who moved. */
  take: TakePositions;
  /** Learn how workers are called. */
  learn(names: ReadonlyMap<string, string>): void;
  /** A worker as he is drawn, if he is anywhere. */
  find(code: string): Feature<Point> | null;
}

/** Draw workers as they are told of and as time passes. */
export function watchWorkers(drawing: WorkerDrawing, following: WorkerFollowing): Watched {
  const whereabouts = new Whereabouts();
  const trails = new Trails();
  let waiting = false;
  let hasNames = false;
  let haveGrown = false;
  let trailsDrawnMs = 0;

  const draw = (): void => {
    waiting = false;
    if (hasNames) whereabouts.learn(drawing.workerNames());
    hasNames = false;
    const changes = whereabouts.changes(Date.now());
    if (!changes.isAll && changes.put.length === 0 && changes.gone.length === 0) return;
    drawing.drawWorkers(changes);
    following.onChanges(changes);
  };
  const drawSoon = (): void => {
    if (waiting) return;
    waiting = true;
    setTimeout(draw, GATHERED_MS);
  };

  drawing.onWorkerNames(() => {
    hasNames = true;
    drawSoon();
  });
  setInterval(drawSoon, AGING_MS);
  setInterval(() => {
    const isOld = Date.now() - trailsDrawnMs > TRAILS_AGING_MS;
    if (document.hidden || !(haveGrown || isOld)) return;
    trailsDrawnMs = Date.now();
    haveGrown = false;
    following.drawTrails(trails);
  }, TRAILS_MS);
  return {
    take: (told, isAll, toldLimits) => {
      if (toldLimits) limits.value = toldLimits;
      whereabouts.take(told, isAll, toldLimits);
      trails.take(told, isAll);
      haveGrown = true;
      drawSoon();
    },
    learn: (names) => {
      whereabouts.learn(names);
      drawSoon();
    },
    find: (code) => whereabouts.find(code),
  };
}
