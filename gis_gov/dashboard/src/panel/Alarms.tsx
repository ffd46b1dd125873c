import { useSignal } from "@preact/signals";
import { alarmSentence, aboutAlarm, formatSince } from "../alarms/alarm_words";
import { acknowledge, alarms, alarmTrouble, newest, readAlarms, waiting } from "../alarms/alarming";
import type { Alarm } from "../api/alarms";
import type { ApiError } from "../api/client";
import { errorKey, formatCount } from "../format";
import { asApiError } from "../signing";
import { follows, hearsAlarms, language } from "../state";
import { SearchTrouble } from "./Trouble";
import { t } from "./words";

const LISTED_MAX = 50;
const NOTE_MAX = 1000;

interface Props {
  onAlarm: (alarm: Alarm) => void;
}

/** The alarms that last, as far as somebody may hear of them: what nobody sees to yet comes first. */
export function Alarms({ onAlarm }: Props) {
  if (!hearsAlarms.value) return null;
  const [told, trouble] = [alarms.value, alarmTrouble.value];
  return (
    <>
      <p class="unseen" aria-live="assertive">
        {newest.value && alarmSentence(newest.value, language.value)}
      </p>
      {trouble && <SearchTrouble error={trouble} onRetry={() => void readAlarms()} />}
      {told.length > 0 && (
        <section class={`card alarms${waiting.value.length > 0 ? " waiting" : ""}`} aria-labelledby="alarms-title">
          <h2 id="alarms-title">
            {t("alarms.title")} <b>{t("alarms.waiting", { count: formatCount(waiting.value.length, language.value) })}</b>
          </h2>
          <ol>
            {told.slice(0, LISTED_MAX).map((alarm) => (
              <Item key={alarm.id} alarm={alarm} onAlarm={onAlarm} />
            ))}
          </ol>
          {told.length > LISTED_MAX && <p class="note">{t("alarms.more", { left: told.length - LISTED_MAX })}</p>}
        </section>
      )}
    </>
  );
}

function Item({ alarm, onAlarm }: { alarm: Alarm } & Props) {
  const speak = language.value;
  const isSeen = alarm.acknowledged_at !== null;
  return (
    <li class={`alarm ${alarm.kind === "sos" ? "sos" : "other"}${isSeen ? " seen" : ""}`}>
      <button type="button" class="open" title={t(alarm.lon === null ? "alarm.noPlace" : "alarm.fly")} onClick={() => { onAlarm(alarm); }}>
        <b>{t(`alarmKind.${alarm.kind}`)}</b>
        <time dateTime={alarm.since}>{formatSince(alarm.since, Date.now(), speak)}</time>
        <span>{aboutAlarm(alarm, speak)}</span>
        {alarm.lon === null && <small>{t("alarm.noPlace")}</small>}
      </button>
      {isSeen ? <small class="state">{t("alarm.seen")}</small> : follows.value && <Acknowledging alarm={alarm} />}
    </li>
  );
}

/** Say that one sees to it, maybe with a note. */
function Acknowledging({ alarm }: { alarm: Alarm }) {
  const isOpen = useSignal(false);
  const isBusy = useSignal(false);
  const failed = useSignal<ApiError | null>(null);
  if (!isOpen.value) {
    return (
      <button
        type="button"
        class="quiet"
        aria-label={t("alarm.acknowledgeThis", { alarm: alarmSentence(alarm, language.value) })}
        onClick={() => { isOpen.value = true; }}
      >
        {t("alarm.acknowledge")}
      </button>
    );
  }
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const note = new FormData(event.currentTarget as HTMLFormElement).get("note");
    isBusy.value = true;
    failed.value = null;
    try {
      await acknowledge(alarm.id, typeof note === "string" ? note.trim() : "");
    } catch (error) {
      failed.value = asApiError(error);
      if (failed.value.status === 409) void readAlarms();
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <input name="note" maxLength={NOTE_MAX} aria-label={t("alarm.note")} placeholder={t("alarm.note")} autofocus />
      <button type="submit" disabled={isBusy.value}>{t("alarm.confirm")}</button>
      <button type="button" class="quiet" onClick={() => { isOpen.value = false; }}>{t("alarm.leave")}</button>
      {failed.value && (
        <p class="error" role="alert">
          {t(failed.value.status === 403 ? "alarm.own" : failed.value.status === 409 ? "alarm.taken" : errorKey(failed.value.status))}
        </p>
      )}
    </form>
  );
}
