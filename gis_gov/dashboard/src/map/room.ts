import type { PaddingOptions } from "maplibre-gl";

const PADDING_PX = 24;
/** What the legend and the zoom buttons cover where the map is wide enough to leave them room. */
const LEGEND_PX = 280;
const BUTTONS_PX = 60;
const WIDE_PX = 800;

/** The edges of the map that what is fitted into it should keep off. */
export function paddingFor(container: HTMLElement): PaddingOptions {
  const wide = container.clientWidth >= WIDE_PX;
  return {
    top: PADDING_PX,
    bottom: PADDING_PX,
    left: wide ? BUTTONS_PX : PADDING_PX,
    right: wide ? LEGEND_PX : PADDING_PX,
  };
}
