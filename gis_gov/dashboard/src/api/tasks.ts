import { get } from "./client";
import type { ObjectTold, RuleNamed } from "./duties";

export const TASK_STATES = ["open", "done", "overdue", "excused"] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** What a rule wants of somebody in a period; times are RFC 3339. */
export interface Task {
  id: number;
  rule: RuleNamed;
  object: ObjectTold;
  /** Null where one does it for all; his code is null if one may not know of him. */
  worker: { code: string | null; name: string | null } | null;
  begins_on: string;
  ends_on: string;
  /** What begins then comes too late. */
  due_at: string;
  state: TaskState;
  /** The patrol that fulfilled it. */
  patrol: string | null;
  excused_for: string | null;
}

export interface TasksTold {
  tasks: readonly Task[];
  /** Whether there are more than are told. */
  hasMore: boolean;
}

/** Which tasks are asked for: due by the end of today, overdue, or due later. */
export const TASK_WISHES = ["today", "overdue", "later"] as const;
export type TaskWish = (typeof TASK_WISHES)[number];

/** More than anybody reads. */
const LISTED_MAX = 200;
export const OVERDUE_DAYS = 30;
const LATER_DAYS = 31;
const DAY_MS = 86_400_000;
const UTC8_MS = 8 * 3_600_000;

/** Make the path of the tasks of a worker, or of all whom one may follow, at a moment. */
export function tasksPath(wish: TaskWish, worker: string | null, nowMs: number): string {
  const midnightMs = Math.floor((nowMs + UTC8_MS) / DAY_MS) * DAY_MS - UTC8_MS;
  // What is due when today ends is due today; both ends of an interval belong to it.
  const at = (days: number) => new Date(midnightMs + days * DAY_MS).toISOString().replace(".000Z", "Z");
  const after = (days: number) => at(days).replace(":00Z", ":01Z");
  const asked = new URLSearchParams({
    datetime: {
      today: `${after(0)}/${at(1)}`,
      overdue: `${after(-OVERDUE_DAYS)}/${at(1)}`,
      later: `${after(1)}/${at(1 + LATER_DAYS)}`,
    }[wish],
    limit: String(LISTED_MAX),
  });
  if (wish === "overdue") asked.set("state", "overdue");
  if (worker !== null) asked.set("worker", worker);
  return `/tasks?${asked.toString()}`;
}

/** Ask for tasks: a question that is recorded. */
export async function fetchTasks(path: string, signal: AbortSignal): Promise<TasksTold> {
  const { tasks, next } = await get<{ tasks: Task[]; next: string | null }>(path, signal);
  return { tasks, hasMore: next !== null };
}
