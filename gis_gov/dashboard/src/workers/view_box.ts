/** Degrees: longitude of the west, latitude of the south, and so on. */
export type ViewBox = readonly [west: number, south: number, east: number, north: number];

/** What is followed beyond each edge of the view, in its own size: one can look around in it. */
const MARGIN = 0.5;
/** A box so many times as wide as the view has mostly what nobody sees. */
const TOO_WIDE = 6;
/** About a metre: a box is written into an address. */
const DECIMALS = 5;

/** Tell in which box to follow what moves: the same one as long as the view fits it. */
export function boxToFollow(followed: ViewBox | null, view: ViewBox): ViewBox {
  if (followed && holds(followed, view) && widthOf(followed) <= TOO_WIDE * widthOf(view)) return followed;
  const [west, south, east, north] = view;
  const [besides, above] = [MARGIN * (east - west), MARGIN * (north - south)];
  return [
    round(Math.max(west - besides, -180)),
    round(Math.max(south - above, -90)),
    round(Math.min(east + besides, 180)),
    round(Math.min(north + above, 90)),
  ];
}

/** A view may look beyond the world, where nobody is. */
function holds([west, south, east, north]: ViewBox, view: ViewBox): boolean {
  return (
    west <= Math.max(view[0], -180) && south <= view[1] && east >= Math.min(view[2], 180) && north >= view[3]
  );
}

function widthOf([west, , east]: ViewBox): number {
  return east - west;
}

function round(degrees: number): number {
  return Number(degrees.toFixed(DECIMALS));
}
