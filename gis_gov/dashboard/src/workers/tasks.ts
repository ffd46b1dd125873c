import { computed, signal } from "@preact/signals";
import { fetchRule, type RuleWhole } from "../api/duties";
import { fetchTasks, tasksPath, type Task, type TasksTold, type TaskWish } from "../api/tasks";
import { asking, type Asked } from "./asking";
import { groundAsked, type Ground } from "./ground";
import { clearPatrol, drawPatrol } from "./patrolling";

/** Which tasks are wanted, and of whom; without a worker of all whom one may follow. */
export const taskWish = signal<TaskWish>("today");
export const taskWorker = signal<string | null>(null);
/** What was asked for, by its path. */
export const tasks = signal<Asked<TasksTold>>({ status: "idle" });
/** The task that was chosen. */
export const openTask = signal<Task | null>(null);
/** What the rule of that task asks for, where no patrol fulfilled it; null: one may not know. */
export const askedRule = signal<Asked<RuleWhole | null>>({ status: "idle" });
/** Where it asks to go. */
export const askedGround = computed<Ground | null>(() =>
  askedRule.value.status === "done" && askedRule.value.told ? groundAsked(askedRule.value.told) : null,
);

const askTasks = asking(tasks, fetchTasks);
const askRule = asking(askedRule, (_, abort) => {
  const task = openTask.peek();
  return task ? fetchRule(task.rule, abort) : Promise.resolve(null);
});

/** Ask for the tasks that are wanted. */
export function listTasks(wish: TaskWish, worker: string | null): void {
  taskWish.value = wish;
  taskWorker.value = worker;
  askTasks(tasksPath(wish, worker, Date.now()));
}

/** Draw the patrol that fulfilled a task, or where it asks to go. */
export function chooseTask(task: Task): void {
  openTask.value = task;
  if (task.patrol !== null) {
    askRule(null);
    drawPatrol(task.patrol);
  } else {
    clearPatrol();
    askRule(String(task.id));
  }
}

/** Take what the chosen task asks for off the map; the patrol that fulfilled it stays. */
export function closeTask(): void {
  openTask.value = null;
  askRule(null);
}

/** Count tasks by their state. */
export function countStates(all: readonly Task[]): Record<Task["state"], number> {
  const counts = { open: 0, done: 0, overdue: 0, excused: 0 };
  for (const { state } of all) counts[state] += 1;
  return counts;
}
