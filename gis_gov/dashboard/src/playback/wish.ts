/** Days and times of day are those of UTC+8, as the server counts days. */
const UTC8 = "+08:00";
const MINUTE_S = 60;
const DAY_S = 86_400;

/** Whom to play back: those who went through a box, of an area or grid, or one worker. */
export type Whom =
  | { by: "view"; bbox: readonly [west: number, south: number, east: number, north: number] }
  | { by: "place"; code: string }
  | { by: "worker"; code: string };

/** What to play back, in seconds since 1970: a day at most. */
export interface Wish {
  whom: Whom;
  fromS: number;
  untilS: number;
}

/** Read a day and two times of it, `24:00` its end; null where the second is not after the first. */
export function spanOf(day: string, from: string, until: string): { fromS: number; untilS: number } | null {
  const midnightS = Date.parse(`${day}T00:00:00${UTC8}`) / 1000;
  const [fromMin, untilMin] = [minutesOf(from), minutesOf(until)];
  if (Number.isNaN(midnightS) || fromMin === null || untilMin === null) return null;
  // The end of a day is written as its beginning where clocks have no 24:00.
  const endMin = untilMin === 0 ? DAY_S / MINUTE_S : untilMin;
  if (endMin <= fromMin) return null;
  return { fromS: midnightS + fromMin * MINUTE_S, untilS: midnightS + endMin * MINUTE_S };
}

/** Make the path of the patrols of which something may lie in the time: they last a day at most. */
export function playbackPath({ whom, fromS, untilS }: Wish, limit: number): string {
  const query = new URLSearchParams({ datetime: `${iso(fromS - DAY_S)}/${iso(untilS)}`, limit: String(limit) });
  if (whom.by === "view") query.set("bbox", whom.bbox.map((degrees) => degrees.toFixed(6)).join(","));
  if (whom.by === "place") query.set("within", whom.code);
  if (whom.by === "worker") query.set("worker", whom.code);
  return `/patrols?${query.toString()}`;
}

function minutesOf(text: string): number | null {
  const found = /^(\d\d):(\d\d)/.exec(text);
  if (!found) return null;
  const minutes = Number(found[1]) * 60 + Number(found[2]);
  return Number(found[2]) < 60 && minutes <= DAY_S / MINUTE_S ? minutes : null;
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}
