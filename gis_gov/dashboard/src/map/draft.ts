import type { LayerSpecification } from "maplibre-gl";

/** Fonts of the viewer's own machine: labels are drawn in the browser, no glyph server is asked. */
export const FONTS = ["Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];
export const BOLD_FONTS = ["Noto Sans CJK SC Bold", ...FONTS];

/** A style layer that has yet to be told its switches and its tiles. */
export type Draft = LayerSpecification extends infer Spec
  ? Spec extends { source: string }
    ? Omit<Spec, "source" | "source-layer" | "metadata">
    : never
  : never;

/** What is drawn without tiles: what the page asks for itself, or is told by the live stream. */
export type FedName = "fences" | "coverage" | "workers";

/** Every layer that the page draws: of tiles, or of what it asks for. */
export type TileName =
  | FedName
  | "areas"
  | "grids"
  | "houses"
  | "addresses"
  | "events"
  | "pois"
  | "cameras"
  | "centres"
  | "area_labels"
  | "grid_labels";
