import { effect, signal } from "@preact/signals";
import { followChanges } from "./api/live";
import { kindsToFollow, tilesOf } from "./map/kinds";
import { findOut } from "./signing";
import { isIn, tiles } from "./state";

/** How long changes are gathered before tiles are read anew. */
const GATHERED_MS = 400;

/** Nobody looks at a page that is hidden; and a browser has few connections to one server. */
const isSeen = signal(!document.hidden);

/** What is drawn of the changes that are told. */
export interface Drawing {
  /** Read the tiles of these layers anew. */
  refreshTiles(names: ReadonlySet<string>): void;
  /** Read all tiles anew. */
  refresh(): void;
}

/** Keep the map as the server's data are, as long as somebody is signed in and looks at the page. */
export function followLive(map: Drawing): void {
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

  document.addEventListener("visibilitychange", () => {
    isSeen.value = !document.hidden;
  });
  effect(() => {
    const kinds = kindsToFollow(tiles.value ?? new Set());
    if (!isSeen.value) wasHidden = true;
    if (!isIn.value || !isSeen.value || kinds.length === 0) return undefined;
    if (wasHidden) map.refresh();
    wasHidden = false;
    return followChanges(kinds, {
      onChange: (kind) => {
        show(tilesOf(kind));
      },
      onReset: () => {
        map.refresh();
      },
      onRefused: () => void findOut(),
    });
  });
}
