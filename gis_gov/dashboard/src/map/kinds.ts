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
/** What is told as it is, and drawn without tiles, for whoever has a right to the tiles of the same. */
const TOLD: Readonly<Record<string, TileName>> = { position: "workers" };

/** The kinds to follow, given the tile layers that there are. */
export function kindsToFollow(tiles: ReadonlySet<string>): string[] {
  const drawn = Object.keys(DRAWN_OF).filter((kind) => tilesOf(kind).some((name) => tiles.has(name)));
  return [...drawn, ...Object.keys(TOLD).filter((kind) => tiles.has(TOLD[kind] ?? ""))];
}

/** The tile layers that show things of a kind. */
export function tilesOf(kind: string): readonly TileName[] {
  return DRAWN_OF[kind] ?? [];
}
