import { useEffect, useRef } from "preact/hooks";
import { changePurpose, choosePurpose, isAsking, leavePurpose, purpose, purposeName, purposes } from "../purpose";
import { isIn, language } from "../state";
import { t } from "./words";

/** What it is for that somebody asks where others went, and the way to say otherwise. */
export function PurposeShown() {
  if (purpose.value === null) return null;
  return (
    <button type="button" class="quiet purpose-shown" title={t("purpose.change")} onClick={changePurpose}>
      {t("purpose.shown", { name: purposeName(purpose.value, language.value) })}
    </button>
  );
}

/** The question for it, above all else. */
export function PurposeDialog() {
  return isIn.value && isAsking.value ? <Dialog /> : null;
}

function Dialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog class="card purpose" aria-labelledby="purpose-title" ref={dialog} onClose={leavePurpose}>
      <h2 id="purpose-title">{t("purpose.title")}</h2>
      <p class="note">{t("purpose.hint")}</p>
      <ul>
        {purposes.value.map((name) => (
          <li key={name}>
            <button
              type="button"
              aria-current={name === purpose.value}
              onClick={() => {
                choosePurpose(name);
              }}
            >
              {purposeName(name, language.value)}
            </button>
          </li>
        ))}
      </ul>
      <div class="row">
        <button type="button" class="quiet" onClick={leavePurpose}>
          {t("purpose.leave")}
        </button>
      </div>
    </dialog>
  );
}
