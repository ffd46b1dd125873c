import { aboutAlarm, formatLasting } from "../alarms/alarm_words";
import { listPastAlarms, pastAlarms } from "../alarms/past_alarms";
import type { Alarm, PastAlarms as Told } from "../api/alarms";
import { hearsAlarms, language } from "../state";
import { SearchTrouble } from "./Trouble";
import { t } from "./words";

interface Props {
  onAlarm: (alarm: Alarm) => void;
}

/** The alarms of the last 24 hours that are over, each time it is opened as they are by then. */
export function PastAlarms({ onAlarm }: Props) {
  if (!hearsAlarms.value) return null;
  const now = pastAlarms.value;
  return (
    <details
      class="card past-alarms"
      aria-busy={now.status === "loading"}
      onToggle={(event) => { if (event.currentTarget.open) listPastAlarms(); }}
    >
      <summary>
        <h2>{t("pastAlarms.title")}</h2>
      </summary>
      {now.status === "loading" && <p class="note" role="status">{t("search.loading")}</p>}
      {now.status === "failed" && <SearchTrouble error={now.error} onRetry={listPastAlarms} />}
      {now.status === "done" && <Listed told={now.told} onAlarm={onAlarm} />}
    </details>
  );
}

function Listed({ told, onAlarm }: { told: Told } & Props) {
  if (told.alarms.length === 0) return <p class="empty">{t("pastAlarms.none")}</p>;
  return (
    <>
      <ol>
        {told.alarms.map((alarm) => (
          <Item key={alarm.id} alarm={alarm} onAlarm={onAlarm} />
        ))}
      </ol>
      {told.hasMore && <p class="note">{t("pastAlarms.more", { listed: told.alarms.length })}</p>}
    </>
  );
}

function Item({ alarm, onAlarm }: { alarm: Alarm } & Props) {
  const speak = language.value;
  const isWrong = alarm.withdrawn_at !== null;
  return (
    <li class={`alarm past${isWrong ? " withdrawn" : ""}`}>
      <button type="button" class="open" title={t(alarm.lon === null ? "alarm.noPlace" : "alarm.fly")} onClick={() => { onAlarm(alarm); }}>
        <b>{t(`alarmKind.${alarm.kind}`)}</b>
        <time dateTime={alarm.since}>{formatLasting(alarm, Date.now(), speak)}</time>
        <span>{aboutAlarm(alarm, speak)}</span>
        <small>{t(isWrong ? "pastAlarms.withdrawn" : alarm.acknowledged_at === null ? "pastAlarms.unseen" : "alarm.seen")}</small>
      </button>
    </li>
  );
}
