/** The plane of web maps: x and y from 0 to 1, from the west and north of the world. */

const EQUATOR_M = 40_075_016.686;

/** The x of a longitude in degrees. */
export function planeX(lon: number): number {
  return (lon + 180) / 360;
}

/** The y of a latitude in degrees. */
export function planeY(lat: number): number {
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
}

/** The longitude and latitude of a place in the plane. */
export function lonLatOf(x: number, y: number): [lon: number, lat: number] {
  return [x * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];
}

/** How far two places in the plane are from each other, in metres; good to 0.5 % over a few kilometres. */
export function planeDistanceM(x1: number, y1: number, x2: number, y2: number): number {
  const scale = EQUATOR_M / Math.cosh(Math.PI * (1 - y1 - y2));
  return Math.hypot(x2 - x1, y2 - y1) * scale;
}
