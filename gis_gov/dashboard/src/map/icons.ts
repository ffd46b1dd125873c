import type { Map as MapLibreMap } from "maplibre-gl";
import icons from "../../../../tiles/icons.json";
import { ALARM, EVENT_STATES, GROUND, ICON_COLOURS, STATE_COLOURS } from "../theme";
import { STANDINGS } from "../workers/standing";
import { POINT_STATES } from "../workers/ground";
import { POINT_SIGNS, type DutySign } from "./duty_signs";
import { STANDING_SIGNS, type StandingSign } from "./standing_signs";

/** Device pixels a style pixel: sharp on dense screens, halved elsewhere. */
const PIXEL_RATIO = 2;
const BADGE = 26;
const EVENT = 16;

type Kind = keyof typeof ICON_COLOURS;
/** White pictograms in a 24 x 24 box: those of the server's sprite. */
const PICTOGRAMS = icons satisfies Readonly<Record<Kind, { path: string }>>;

/** Where the legend shows a kind's icon: the same pictogram as SVG path. */
export function pictogram(kind: Kind): string {
  return PICTOGRAMS[kind].path;
}

/** Give the map each image it asks for: they are drawn here, none is fetched. */
export function drawIcons(map: MapLibreMap): void {
  map.setMissingStyleImageResolver((id) => {
    const image = draw(id);
    if (image && !map.hasImage(id)) map.addImage(id, image, { pixelRatio: PIXEL_RATIO });
  });
}

function draw(id: string): ImageData | null {
  if (id === "pin") return paint(30, 38, pin);
  if (id === "alarm-sos") return paint(34, 34, (context) => { sos(context, 34); });
  if (id === "alarm-other") return paint(24, 24, (context) => { warning(context, 24); });
  const view = /^view-(\d+)$/.exec(id);
  if (view) return paint(96, 96, (context) => { wedge(context, Number(view[1])); });
  const state = EVENT_STATES.find((known) => id === `event-${known}`);
  if (state) return paint(EVENT, EVENT, (context) => { disc(context, EVENT, STATE_COLOURS[state]); });
  const sign = POINT_STATES.find((known) => id === `duty-${known}`);
  if (sign) return paint(BADGE, BADGE, (context) => { dutySign(context, POINT_SIGNS[sign]); });
  const standing = STANDINGS.find((known) => id === `worker-${known}`);
  if (standing) return paint(BADGE, BADGE, (context) => { workerBadge(context, STANDING_SIGNS[standing]); });
  const colour = Object.entries(ICON_COLOURS).find(([kind]) => kind === id);
  if (!colour) return null;
  return paint(BADGE, BADGE, (context) => {
    badge(context, colour[1], pictogram(colour[0] as Kind));
  });
}

function paint(width: number, height: number, brush: (context: CanvasRenderingContext2D) => void): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = width * PIXEL_RATIO;
  canvas.height = height * PIXEL_RATIO;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return new ImageData(canvas.width, canvas.height);
  context.scale(PIXEL_RATIO, PIXEL_RATIO);
  brush(context);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function disc(context: CanvasRenderingContext2D, size: number, colour: string): void {
  context.beginPath();
  context.arc(size / 2, size / 2, size / 2 - 1.5, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = GROUND.halo;
  context.stroke();
}

function workerBadge(context: CanvasRenderingContext2D, { shape, fill, stroke, ink }: StandingSign): void {
  context.save();
  context.translate(1, 1);
  context.fillStyle = fill;
  context.strokeStyle = stroke;
  context.lineWidth = 1.5;
  context.fill(new Path2D(shape));
  context.stroke(new Path2D(shape));
  context.restore();
  inked(context, pictogram("worker"), ink, 12);
}

function sos(context: CanvasRenderingContext2D, size: number): void {
  disc(context, size, ALARM.sos);
  context.font = "bold 13px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = "#fff";
  context.fillText("SOS", size / 2, size / 2 + 1);
}

/** A triangle with an exclamation mark in it. */
function warning(context: CanvasRenderingContext2D, size: number): void {
  const scale = size / 24;
  context.scale(scale, scale);
  context.lineJoin = "round";
  context.lineWidth = 2;
  context.strokeStyle = GROUND.halo;
  context.fillStyle = ALARM.other;
  const triangle = new Path2D("M12 2.5 22.5 21h-21z");
  context.stroke(triangle);
  context.fill(triangle);
  context.fillStyle = GROUND.halo;
  context.fill(new Path2D("M10.9 8.5h2.2l-.4 6.5h-1.4zM10.9 16.5h2.2v2.2h-2.2z"));
}

function badge(context: CanvasRenderingContext2D, colour: string, path: string): void {
  disc(context, BADGE, colour);
  inked(context, path, "#fff", 14);
}

/** Draw a pictogram of a size in the middle of a badge. */
function inked(context: CanvasRenderingContext2D, path: string, ink: string, size: number): void {
  const scale = size / 24;
  context.translate((BADGE - size) / 2, (BADGE - size) / 2);
  context.scale(scale, scale);
  context.fillStyle = ink;
  context.fill(new Path2D(path));
}

function dutySign(context: CanvasRenderingContext2D, { colour, shape, glyph }: DutySign): void {
  context.translate(1, 1);
  context.fillStyle = colour;
  context.strokeStyle = GROUND.halo;
  context.lineWidth = 1.5;
  context.fill(new Path2D(shape));
  context.stroke(new Path2D(shape));
  context.strokeStyle = "#fff";
  context.lineWidth = 2.4;
  context.stroke(new Path2D(glyph));
}

function pin(context: CanvasRenderingContext2D): void {
  context.fillStyle = GROUND.search;
  context.strokeStyle = GROUND.halo;
  context.lineWidth = 2;
  const drop = new Path2D("M15 37C9 28 3 22 3 14a12 12 0 0 1 24 0c0 8-6 14-12 23z");
  context.fill(drop);
  context.stroke(drop);
  context.beginPath();
  context.arc(15, 14, 4.6, 0, 2 * Math.PI);
  context.fillStyle = GROUND.halo;
  context.fill();
}

/** A wedge that looks north; the map turns it to the camera's azimuth. */
function wedge(context: CanvasRenderingContext2D, angleDeg: number): void {
  const half = (Math.PI * angleDeg) / 360;
  const fade = context.createRadialGradient(48, 48, 6, 48, 48, 46);
  fade.addColorStop(0, "rgba(80, 165, 255, 0.75)");
  fade.addColorStop(1, "rgba(80, 165, 255, 0)");
  context.fillStyle = fade;
  context.beginPath();
  context.moveTo(48, 48);
  context.arc(48, 48, 46, -Math.PI / 2 - half, -Math.PI / 2 + half);
  context.closePath();
  context.fill();
}
