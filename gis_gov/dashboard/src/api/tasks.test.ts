import { expect, test } from "vitest";
import { TASK_WISHES, tasksPath } from "./tasks";

const asked = (path: string) => Object.fromEntries(new URL(path, "http://x").searchParams);

test.each([
  // Half past midnight of the 6th in UTC+8, and a moment before that day ends.
  [Date.UTC(2026, 0, 5, 16, 30)],
  [Date.UTC(2026, 0, 6, 15, 59, 59)],
])("what is due when the day ends is of today, what was due when it began is not", (nowMs) => {
  expect(asked(tasksPath("today", null, nowMs))).toEqual({
    datetime: "2026-01-05T16:00:01Z/2026-01-06T16:00:00Z",
    limit: "200",
  });
});

test("nothing lies between today and later", () => {
  const [today, , later] = TASK_WISHES.map((wish) => asked(tasksPath(wish, null, Date.UTC(2026, 0, 5))).datetime);
  expect([today?.split("/")[1], later?.split("/")[0]]).toEqual(["2026-01-05T16:00:00Z", "2026-01-05T16:00:01Z"]);
});

test("overdue is a state, and a worker is named by his code as it is", () => {
  expect(asked(tasksPath("overdue", "W&1", Date.UTC(2026, 0, 5)))).toMatchObject({ state: "overdue", worker: "W&1" });
});
