import { useSignal } from "@preact/signals";
import { spanOf, type Whom, type Wish } from "../playback/wish";
import { playback, startPlayback } from "../playback/playing";
import { actor, answers, facts } from "../state";
import { dayAt } from "../workers/patrol_words";
import { PlaybackMovers } from "./PlaybackMovers";
import { SearchTrouble } from "./Trouble";
import { t } from "./words";
import type { MessageKey } from "../i18n";

export type Box = readonly [west: number, south: number, east: number, north: number];

interface Props {
  /** What the map shows; null before there is a map. */
  boxInView: () => Box | null;
}

const LEVELS = ["grid", "community", "street", "district"] as const;
const VIEW = "view";
const OTHER = "code";
const BEGIN = "08:00";
const END = "18:00";

/** Ask for the way of many workers at once, and list them; for who may know where workers were. */
export function PlaybackForm(props: Props) {
  if (!actor.value?.rights.includes("track.read")) return null;
  return (
    <details class="card playback" aria-busy={playback.value.status === "loading"}>
      <summary>
        <h2>{t("playback.title")}</h2>
      </summary>
      <Wishes {...props} />
      <Outcome />
    </details>
  );
}

function Wishes({ boxInView }: Props) {
  const whom = useSignal(VIEW);
  const code = useSignal("");
  const [day, from, until] = [useSignal(dayAt(Date.now())), useSignal(BEGIN), useSignal(END)];
  const wrong = useSignal<MessageKey | null>(null);
  const ask = (): void => {
    const span = spanOf(day.value, from.value, until.value);
    const wanted = whomOf(whom.value, code.value.trim(), boxInView);
    wrong.value = span === null ? "playback.badTime" : wanted === null ? "playback.badCode" : null;
    if (span && wanted) void startPlayback({ whom: wanted, ...span } satisfies Wish);
  };
  return (
    <form class="wishes" noValidate onSubmit={(event) => { event.preventDefault(); ask(); }}>
      <label for="playback-whom">{t("playback.whom")}</label>
      <WhomField whom={whom.value} onWhom={(chosen) => { whom.value = chosen; }} />
      {whom.value === OTHER && (
        <>
          <label for="playback-code">{t("playback.code")}</label>
          <input id="playback-code" type="text" autoComplete="off" value={code.value}
            onInput={(event) => { code.value = event.currentTarget.value; }} />
        </>
      )}
      <label for="playback-day">{t("playback.day")}</label>
      <input id="playback-day" type="date" value={day.value}
        onInput={(event) => { day.value = event.currentTarget.value; }} />
      <label for="playback-from">{t("playback.from")}</label>
      <input id="playback-from" type="time" value={from.value}
        onInput={(event) => { from.value = event.currentTarget.value; }} />
      <label for="playback-until">{t("playback.until")}</label>
      <input id="playback-until" type="time" value={until.value}
        onInput={(event) => { until.value = event.currentTarget.value; }} />
      <p class="error" aria-live="polite">{wrong.value ? t(wrong.value) : ""}</p>
      <button type="submit">{t("playback.load")}</button>
      <p class="note">{t("playback.recorded")}</p>
    </form>
  );
}

function WhomField({ whom, onWhom }: { whom: string; onWhom: (chosen: string) => void }) {
  const located = answers.value?.located;
  const worker = clickedWorker();
  return (
    <select id="playback-whom" value={whom} onChange={(event) => { onWhom(event.currentTarget.value); }}>
      <option value={VIEW}>{t("playback.inView")}</option>
      {LEVELS.map((level) => {
        const place = located?.[level];
        return place && (
          <option key={level} value={`place:${place.code}`}>{`${t(`place.${level}`)} ${place.name}`}</option>
        );
      })}
      {worker && <option value={`worker:${worker.code}`}>{`${t("layer.workers")} ${worker.name}`}</option>}
      <option value={OTHER}>{t("playback.byCode")}</option>
    </select>
  );
}

function Outcome() {
  const now = playback.value;
  switch (now.status) {
    case "idle":
      return null;
    case "loading":
      return (
        <p class="note" role="status">
          {t("playback.loading", { done: now.done, all: now.all })}
          <progress max={Math.max(now.all, 1)} value={now.done} aria-label={t("playback.progress")} />
        </p>
      );
    case "failed":
      return <SearchTrouble error={now.error} onRetry={() => { void startPlayback(now.wish); }} />;
    case "ready":
      return <PlaybackMovers loaded={now.loaded} />;
  }
}

function whomOf(chosen: string, code: string, boxInView: () => Box | null): Whom | null {
  if (chosen === OTHER) return code === "" ? null : { by: "place", code };
  const bbox = chosen === VIEW ? boxInView() : null;
  if (bbox) return { by: "view", bbox };
  const [, by, rest] = /^(place|worker):(.+)$/.exec(chosen) ?? [];
  return by !== undefined && rest !== undefined ? { by: by as "place" | "worker", code: rest } : null;
}

function clickedWorker(): { code: string; name: string } | null {
  const fact = facts.value.find(({ layer }) => layer === "workers");
  return fact ? { code: fact.id, name: fact.name } : null;
}
