import type { Loaded } from "../playback/loading";
import { moverColour } from "../map/mover_canvas";
import { chosenMover, toldS } from "../playback/playing";
import { stateAt, STATES } from "../playback/track";
import { t } from "./words";

/** Who is played back, and what each of them does at the moment that is shown. */
export function PlaybackMovers({ loaded }: { loaded: Loaded }) {
  const { tracks, patrols, left } = loaded;
  if (tracks.length === 0) return <p class="empty" role="status">{t("playback.none")}</p>;
  const states = tracks.map((track) => stateAt(track, toldS.value));
  return (
    <>
      <p class="note" role="status">{t("playback.loaded", { workers: tracks.length, patrols })}</p>
      {left > 0 && <p class="note warning">{t("playback.left", { left })}</p>}
      <p class="note">
        {STATES.map((state) => `${t(`mover.${state}`)} ${states.filter((each) => each === state).length}`).join(" · ")}
      </p>
      <ol class="results movers-list">
        {tracks.map(({ worker, name }, order) => (
          <li key={worker}>
            <button
              type="button"
              aria-current={chosenMover.value === worker}
              onClick={() => {
                chosenMover.value = chosenMover.value === worker ? null : worker;
              }}
            >
              <i class="dot" style={{ background: moverColour(order) }} aria-hidden="true" />
              <span class="name">
                <b>{name ?? worker}</b>
                {name !== null && <small>{worker}</small>}
              </span>
              <span class="where">{t(`mover.${states[order] ?? "waiting"}`)}</span>
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}
