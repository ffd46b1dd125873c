import type { FeatureCollection, Geometry, Position } from "geojson";

/** List all positions of the features, in any order. */
export function* positions(data: FeatureCollection): Generator<Position> {
  for (const { geometry } of data.features) yield* ofGeometry(geometry);
}

function* ofGeometry(geometry: Geometry): Generator<Position> {
  if (geometry.type === "GeometryCollection") {
    for (const inner of geometry.geometries) yield* ofGeometry(inner);
  } else {
    yield* ofCoordinates(geometry.coordinates);
  }
}

type Nested = Position | readonly Nested[];

function* ofCoordinates(nested: Nested): Generator<Position> {
  if (typeof nested[0] === "number") {
    yield nested as Position;
    return;
  }
  for (const inner of nested as readonly Nested[]) yield* ofCoordinates(inner);
}
