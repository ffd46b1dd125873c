import type { TileName } from "./draft";

/** What the page draws of each kind of thing that the server tells of. */
const DRAWN_OF: Readonly<Record<string, readonly TileName[]>> = {
  area: ["areas", "area_labels", "grids"],
  grid: ["grids", "grid_labels"],
  address: ["addresses", "houses"],
  house: ["houses"],
  resource: ["cameras", "centres", "pois"],
  event: ["events"],
};

/** The kinds to follow, given the tile layers that there are. */
export function kindsToFollow(tiles: ReadonlySet<string>): string[] {
  return Object.keys(DRAWN_OF).filter((kind) => tilesOf(kind).some((name) => tiles.has(name)));
}

/** The tile layers that show things of a kind. */
export function tilesOf(kind: string): readonly TileName[] {
  return DRAWN_OF[kind] ?? [];
}
