import { TASK_STATES, TASK_WISHES, type Task, type TaskState } from "../api/tasks";
import { formatCount, formatTime } from "../format";
import { actor, facts, language } from "../state";
import { objectText } from "../workers/judgement_words";
import { askedRule, chooseTask, closeTask, countStates, listTasks, openTask, tasks, taskWish, taskWorker } from "../workers/tasks";
import { SearchTrouble } from "./Trouble";
import { t } from "./words";

/** Each state has a sign of its own, beside its colour. */
const SIGNS: Readonly<Record<TaskState, string>> = { open: "○", done: "✓", overdue: "!", excused: "–" };

/** What has to be patrolled: of today, overdue or due later; for who may follow workers. */
export function Tasks() {
  if (!actor.value?.rights.includes("track.read")) return null;
  const now = tasks.value;
  return (
    <details
      class="card tasks"
      open={now.status !== "idle"}
      aria-busy={now.status === "loading"}
      onToggle={(event) => {
        if (event.currentTarget.open && tasks.peek().status === "idle") listTasks(taskWish.value, null);
      }}
    >
      <summary>
        <h2>{t("tasks.title")}</h2>
      </summary>
      <Wishes />
      {now.status === "loading" && <p class="note" role="status">{t("search.loading")}</p>}
      {now.status === "failed" && (
        <SearchTrouble error={now.error} onRetry={() => { listTasks(taskWish.value, taskWorker.value); }} />
      )}
      {now.status === "done" && <Listed tasks={now.told.tasks} hasMore={now.told.hasMore} />}
    </details>
  );
}

function Wishes() {
  const worker = clickedWorker();
  return (
    <div class="wishes">
      <label for="tasks-wish">{t("tasks.which")}</label>
      <select
        id="tasks-wish"
        value={taskWish.value}
        onChange={(event) => {
          const wish = TASK_WISHES.find((known) => known === event.currentTarget.value);
          if (wish) listTasks(wish, taskWorker.value);
        }}
      >
        {TASK_WISHES.map((wish) => <option key={wish} value={wish}>{t(`tasksOf.${wish}`)}</option>)}
      </select>
      {taskWorker.value !== null && (
        <button type="button" class="quiet" onClick={() => { listTasks(taskWish.value, null); }}>
          {t("tasks.ofAll", { worker: taskWorker.value })}
        </button>
      )}
      {worker !== null && worker !== taskWorker.value && (
        <button type="button" class="quiet" onClick={() => { listTasks(taskWish.value, worker); }}>
          {t("tasks.ofWorker", { worker })}
        </button>
      )}
    </div>
  );
}

function Listed({ tasks: all, hasMore }: { tasks: readonly Task[]; hasMore: boolean }) {
  if (all.length === 0) return <p class="empty">{t("tasks.none")}</p>;
  const counts = countStates(all);
  const speak = language.value;
  return (
    <>
      <p class="counts">
        {TASK_STATES.filter((state) => counts[state] > 0).map((state) => (
          <span key={state} class={`task-${state}`}>
            <i aria-hidden="true">{SIGNS[state]}</i> {t(`taskState.${state}`)} {formatCount(counts[state], speak)}
          </span>
        ))}
      </p>
      <ol class="results">
        {all.map((task) => (
          <li key={task.id}>
            <Choice task={task} />
            {openTask.value?.id === task.id && <Opened task={task} />}
          </li>
        ))}
      </ol>
      {hasMore && <p class="note">{t("tasks.more", { listed: all.length })}</p>}
    </>
  );
}

function Choice({ task }: { task: Task }) {
  const speak = language.value;
  const { rule, object, worker, state } = task;
  return (
    <button
      type="button"
      aria-current={openTask.value?.id === task.id}
      title={t(task.patrol === null ? "tasks.drawAsked" : "patrols.draw")}
      onClick={() => { chooseTask(task); }}
    >
      <i class={`sign-of task-${state}`} aria-hidden="true">{SIGNS[state]}</i>
      <span class="name">
        <b>{rule.name}</b>
        <small>{objectText(object, speak)}</small>
      </span>
      <span class="where">
        <b>{worker ? (worker.name ?? worker.code ?? "–") : t("tasks.forAll")}</b>
        <small>{t(`taskState.${state}`)}</small>
      </span>
    </button>
  );
}

/** Of a task that no patrol fulfilled: until when, and where it asks to go. */
function Opened({ task }: { task: Task }) {
  const now = askedRule.value;
  const rule = now.status === "done" ? now.told : null;
  const draws = rule !== null && (rule.geometry !== null || rule.points.length > 0);
  return (
    <div class="opened">
      <p class="note">{t("tasks.due", { at: formatTime(Date.parse(task.due_at) / 1000, language.value) })}</p>
      {task.excused_for !== null && <p class="note">{t("tasks.excused", { reason: task.excused_for })}</p>}
      {rule !== null && rule.workers_min > 1 && <p class="note">{t("tasks.joint", { count: rule.workers_min })}</p>}
      {now.status === "loading" && <p class="note" role="status">{t("search.loading")}</p>}
      {now.status === "failed" && <SearchTrouble error={now.error} onRetry={() => { chooseTask(task); }} />}
      {now.status === "done" && !draws && <p class="note">{t("tasks.noGround")}</p>}
      <button type="button" class="quiet" onClick={closeTask}>
        {t("tasks.close")}
      </button>
    </div>
  );
}

/** A worker's features have their codes as ids. */
function clickedWorker(): string | null {
  const worker = facts.value.find(({ layer }) => layer === "workers");
  return worker ? worker.id : null;
}
