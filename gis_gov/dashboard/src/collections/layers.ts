import type { LayerSpecification } from "maplibre-gl";

export const SOURCE = "features";
const COLOUR = "#1c7ed6";

/** How features are drawn: faces below lines below points. */
export const LAYERS: readonly LayerSpecification[] = [
  { id: "ground", type: "background", paint: { "background-color": "#eef2f6" } },
  {
    id: "faces",
    type: "fill",
    source: SOURCE,
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": COLOUR, "fill-opacity": 0.18 },
  },
  {
    id: "lines",
    type: "line",
    source: SOURCE,
    filter: ["!=", ["geometry-type"], "Point"],
    paint: { "line-color": COLOUR, "line-width": 1.4 },
  },
  {
    id: "points",
    type: "circle",
    source: SOURCE,
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-color": COLOUR,
      "circle-radius": 5,
      "circle-stroke-color": "#ffffff",
      "circle-stroke-width": 1.2,
    },
  },
];
