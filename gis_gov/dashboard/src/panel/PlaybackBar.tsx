import { SPEEDS, type Speed } from "../playback/clock";
import {
  chosenMover,
  isFollowing,
  isPlaying,
  playback,
  seek,
  setSpeed,
  speed,
  stopPlayback,
  toldS,
  togglePlay,
  trailMin,
  tracks,
} from "../playback/playing";
import { clockAt, dayAt } from "../workers/patrol_words";
import { t } from "./words";

const STEP_S = 10;
const TRAILS_MIN = [0, 5, 15, 30, 60, 1440] as const;

/** What plays the tracks of workers: at the foot of the map. */
export function PlaybackBar() {
  const now = playback.value;
  if (now.status !== "ready" || tracks.value.length === 0) return null;
  const { fromS, untilS } = now.loaded.wish;
  const atMs = toldS.value * 1000;
  return (
    <section class="player" aria-label={t("playback.title")}>
      <button type="button" class="play" aria-label={t(isPlaying.value ? "playback.pause" : "playback.play")} onClick={togglePlay}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d={isPlaying.value ? "M6 4h4v16H6zM14 4h4v16h-4z" : "M7 4l13 8-13 8z"} fill="currentColor" />
        </svg>
      </button>
      <p class="at">
        <b>{clockAt(atMs)}</b> <small>{dayAt(atMs)}</small>
      </p>
      <input
        type="range"
        aria-label={t("playback.time")}
        aria-valuetext={clockAt(atMs)}
        min={fromS}
        max={untilS}
        step={STEP_S}
        value={toldS.value}
        onInput={(event) => {
          seek(event.currentTarget.valueAsNumber);
        }}
      />
      <Choices />
    </section>
  );
}

function Choices() {
  return (
    <div class="choices">
      <label>
        {t("playback.speed")}
        <select value={speed.value} onChange={(event) => { setSpeed(Number(event.currentTarget.value) as Speed); }}>
          {SPEEDS.map((times) => <option key={times} value={times}>×{times}</option>)}
        </select>
      </label>
      <label>
        {t("playback.trail")}
        <select value={trailMin.value} onChange={(event) => { trailMin.value = Number(event.currentTarget.value); }}>
          {TRAILS_MIN.map((minutes) => <option key={minutes} value={minutes}>{trailWord(minutes)}</option>)}
        </select>
      </label>
      <button
        type="button"
        class="quiet"
        aria-pressed={isFollowing.value}
        disabled={chosenMover.value === null}
        onClick={() => {
          isFollowing.value = !isFollowing.value;
        }}
      >
        {t("playback.follow")}
      </button>
      <button type="button" class="quiet" onClick={stopPlayback}>
        {t("playback.stop")}
      </button>
    </div>
  );
}

function trailWord(minutes: number): string {
  if (minutes === 0) return t("playback.noTrail");
  return minutes < 1440 ? t("duration.min", { min: minutes }) : t("playback.wholeTrail");
}
