import { beforeEach, expect, test } from "vitest";
import type { Alarm, AlarmTold } from "../api/alarms";
import { alarmFeatures } from "../map/alarm_layers";
import { aboutAlarm, alarmMark, alarmSentence, formatSince } from "./alarm_words";
import { OpenAlarms } from "./open_alarms";

const opened = (minute: number) => `2026-01-05T08:${String(minute).padStart(2, "0")}:00Z`;

function alarm(id: number, more: Partial<Alarm> = {}): Alarm {
  return {
    id,
    kind: "inside",
    worker: { code: "W1", name: "张某" },
    other: null,
    fence: { code: "F1", name: "水库" },
    since: opened(id),
    last_at: opened(id),
    opened_at: opened(id),
    acknowledged_at: null,
    closed_at: null,
    withdrawn_at: null,
    lon: 113.35,
    lat: 22.94,
    ...more,
  };
}
const told = (id: number, more: Partial<AlarmTold> = {}): AlarmTold => ({
  ...alarm(id),
  worker: "W1",
  other: null,
  fence: "F1",
  ...more,
});

let open: OpenAlarms;
const ids = () => open.list().map(({ id }) => id);

beforeEach(() => {
  open = new OpenAlarms();
});

test("what nobody sees to is first, of that the gravest, of that the newest", () => {
  open.replace([
    alarm(1),
    alarm(2),
    alarm(3, { kind: "sos", acknowledged_at: opened(9) }),
    alarm(4, { kind: "alone" }),
    alarm(5, { kind: "sos" }),
    alarm(6, { kind: "sos" }),
  ]);
  expect(ids()).toEqual([6, 5, 4, 2, 1, 3]);
});

test("what is told is there at once, and keeps the names that were known", () => {
  open.replace([alarm(1)]);
  expect(open.take(told(2, { kind: "sos", fence: null }))).toBe(true);
  expect(open.list()[0]).toMatchObject({ worker: { code: "W1", name: null }, fence: null });
  expect(open.take(told(1, { acknowledged_at: opened(9) }))).toBe(false);
  expect(open.list()[1]).toMatchObject({ worker: { name: "张某" }, acknowledged_at: opened(9) });
});

test("what is closed is gone, and is no news", () => {
  open.replace([alarm(1)]);
  expect(open.take(told(1, { closed_at: opened(9) }))).toBe(false);
  expect(open.take(told(2, { closed_at: opened(9) }))).toBe(false);
  expect(ids()).toEqual([]);
});

test("a list that was asked for before something was told does not undo it", () => {
  open.replace([alarm(1)]);
  open.begin();
  open.take(told(1, { closed_at: opened(9) }));
  open.take(told(2));
  open.replace([alarm(1)]);
  expect(ids()).toEqual([2]);
  open.replace([alarm(3)]);
  expect(ids()).toEqual([3]);
});

test("an alarm is said in words", () => {
  const near = alarm(1, { kind: "near", other: { code: null, name: null }, fence: null });
  expect(alarmMark(near, "zh")).toBe("距离过近\n张某");
  expect(aboutAlarm(near, "zh")).toBe("张某 与 （无权得知）");
  expect(alarmSentence(alarm(1, { kind: "sos", fence: null }), "zh")).toMatch(/^紧急求助：张某，\d\d:01 起$/);
  expect(alarmSentence(alarm(1), "en")).toMatch(/^Inside a forbidden zone: 张某 · 水库, since \d\d:01$/);
});

test("what lasts for more than a day has its day", () => {
  const now = Date.parse(opened(0));
  expect(formatSince("2026-01-03T08:30:00Z", now, "en")).toMatch(/^[34] Jan,? \d\d:30$/);
});

test("on the map are those that have a place, the first above the others", () => {
  const { features } = alarmFeatures([alarm(7), alarm(8, { lon: null, lat: null }), alarm(9)], ({ id }) => `${id}`);
  expect(features.map(({ properties }) => properties)).toMatchObject([
    { id: 7, text: "7", waits: true },
    { id: 9, order: -2 },
  ]);
});
