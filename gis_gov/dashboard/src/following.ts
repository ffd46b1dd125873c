import { effect, signal } from "@preact/signals";
import { readAlarms, takeAlarm } from "./alarms/alarming";
import { followChanges, type LiveEvents } from "./api/live";
import { kindsToFollow, tilesOf } from "./map/kinds";
import { findOut } from "./signing";
import { actor, drawable, hearsAlarms, isIn } from "./state";
import { boxToFollow, type ViewBox } from "./workers/view_box";
import { watchWorkers, type Watched, type WorkerDrawing, type WorkerFollowing } from "./workers/watching";

/** How long changes are gathered before tiles are read anew. */
const GATHERED_MS = 400;
/** How long a view has to stand still before what moves is followed there. */
const RESTS_MS = 300;
/** What moves is followed in view alone: a stream of its own, begun anew where one looks. */
const MOVING = "position";

/** Nobody looks at a page that is hidden; and a browser has few connections to one server. */
const isSeen = signal(!document.hidden);

/** What is drawn of the changes that are told. */
export interface Drawing extends WorkerDrawing {
  /** Read the tiles of these layers anew. */
  refreshTiles(names: ReadonlySet<string>): void;
  /** Read all tiles anew. */
  refresh(): void;
  /** Call back with what is in view, now and whenever that is another one. */
  onView(hear: (box: ViewBox) => void): void;
}

const ignore = (): void => undefined;
const HEARS_NOTHING: LiveEvents = {
  onChange: ignore,
  onPositions: ignore,
  onAlarm: ignore,
  onBegin: ignore,
  onReset: ignore,
  onRefused: () => void findOut(),
};

/** Keep the map as the server's data are, as long as somebody is signed in and looks at the page. */
export function followLive(map: Drawing, workers: WorkerFollowing): Watched {
  document.addEventListener("visibilitychange", () => {
    isSeen.value = !document.hidden;
  });
  followThings(map);
  const watched = watchWorkers(map, workers);
  followMoves(map, watched);
  return watched;
}

/** Follow all that does not move, wherever it is: of an alarm one has to hear. */
function followThings(map: Drawing): void {
  let changed = new Set<string>();
  let waiting = false;
  let wasHidden = false;

  const show = (names: readonly string[]): void => {
    changed = new Set([...changed, ...names]);
    if (waiting || names.length === 0) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      map.refreshTiles(changed);
      changed = new Set();
    }, GATHERED_MS);
  };

  effect(() => {
    const hears = hearsAlarms.value;
    const drawn = kindsToFollow(drawable.value ?? new Set()).filter((kind) => kind !== MOVING);
    const kinds = [...drawn, ...(hears ? ["alarm"] : [])];
    if (!isSeen.value) wasHidden = true;
    if (!isIn.value || !isSeen.value || kinds.length === 0) return undefined;
    if (wasHidden) map.refresh();
    wasHidden = false;
    return followChanges(kinds, {
      ...HEARS_NOTHING,
      onChange: (kind) => {
        show(tilesOf(kind));
        if (kind === "alarm") void readAlarms();
      },
      onAlarm: takeAlarm,
      onBegin: () => {
        if (hears) void readAlarms();
      },
      onReset: () => {
        map.refresh();
        if (hears) void readAlarms();
      },
    });
  });
}

/** Follow who moves where one looks; each time it begins with all who are there. */
function followMoves(map: Drawing, watched: Watched): void {
  const box = signal<ViewBox | null>(null);
  let resting: ReturnType<typeof setTimeout> | undefined;
  map.onView((view) => {
    clearTimeout(resting);
    const follow = (): void => {
      box.value = boxToFollow(box.peek(), view);
    };
    if (box.peek()) resting = setTimeout(follow, RESTS_MS);
    else follow();
  });
  effect(() => {
    const me = actor.value?.worker;
    if (me) watched.learn(new Map([[me.code, me.name]]));
  });
  effect(() => {
    const isFollowed = kindsToFollow(drawable.value ?? new Set()).includes(MOVING);
    if (!isIn.value || !isSeen.value || !isFollowed || !box.value) return undefined;
    const events = { ...HEARS_NOTHING, onPositions: watched.take };
    return followChanges([MOVING], events, box.value);
  });
}
