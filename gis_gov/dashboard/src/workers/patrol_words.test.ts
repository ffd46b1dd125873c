import { expect, test } from "vitest";
import { patrolsPath } from "../api/patrols";
import { dayAt, formatDuration, formatKm, formatShare, formatSpan, patrolKind } from "./patrol_words";

test("a day is one of UTC+8", () => {
  expect(dayAt(Date.UTC(2026, 0, 5, 15, 59, 59))).toBe("2026-01-05");
  expect(dayAt(Date.UTC(2026, 0, 5, 16))).toBe("2026-01-06");
});

test.each([
  [42, "42 秒", "42 s"],
  [59.6, "1 分", "1 min"],
  [3599, "1 小时 0 分", "1 h 0 min"],
  [5530, "1 小时 32 分", "1 h 32 min"],
])("%d s are said in words", (seconds, zh, en) => {
  expect(formatDuration(seconds, "zh")).toBe(zh);
  expect(formatDuration(seconds, "en")).toBe(en);
});

test("lengths have as many digits as each other", () => {
  expect(formatKm(3911.2, "zh")).toBe("3.91 km");
  expect(formatKm(400, "en")).toBe("0.40 km");
});

test("a share is in percents", () => {
  expect(formatShare(0.934, "zh")).toBe("93%");
});

test("a patrol under way has no end", () => {
  const told = { begins_at: "2026-01-05T08:30:00Z", ends_at: "2026-01-05T10:02:10Z" };
  expect(formatSpan({ ...told, state: "ended" }, "zh")).toMatch(/^\d\d:30–\d\d:02$/);
  expect(formatSpan({ ...told, state: "under_way" }, "en")).toMatch(/^\d\d:30–now$/);
});

test("a kind is named, if it is known", () => {
  expect(patrolKind("river", "zh")).toBe("巡河");
  expect(patrolKind("night_watch", "zh")).toBe("night_watch");
});

test("a code is written so that it stays one", () => {
  expect(patrolsPath("W&1", "2026-01-05")).toBe("/patrols?worker=W%261&datetime=2026-01-05/..&limit=200");
});
