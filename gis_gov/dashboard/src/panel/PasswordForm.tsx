import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Fault } from "../api/client";
import type { Session } from "../api/session";
import { faultKey, messageOf, type Message } from "../sign_words";
import { asApiError, findOut, setPassword, takeTyped } from "../signing";
import { Field, valueOf } from "./Field";
import { t } from "./words";

const POLICY = ["password.length", "password.kinds", "password.noName", "password.noCommon", "password.noFormer"] as const;

/** Change the password of who is signed in, where nothing else may be done before. */
export function PasswordForm({ session }: { session: Session }) {
  const busy = useSignal(false);
  const fault = useSignal<Message | null>(null);
  const faults = useSignal<readonly Fault[]>([]);
  const current = useRef<HTMLInputElement>(null);
  const wanted = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // Who has just typed it need not type it again.
    if (current.current) current.current.value = takeTyped();
    (current.current?.value ? wanted : current).current?.focus();
  }, []);

  async function submit(form: HTMLFormElement): Promise<void> {
    if (busy.value) return;
    faults.value = [];
    const chosen = valueOf(form, "new-password");
    if (chosen !== valueOf(form, "repeated-password")) {
      fault.value = { key: "password.differ" };
      wanted.current?.focus();
      return;
    }
    busy.value = true;
    fault.value = null;
    try {
      await setPassword(valueOf(form, "password"), chosen);
    } catch (error) {
      const failed = asApiError(error);
      fault.value = messageOf(failed);
      faults.value = failed.faults;
      (failed.kind === "wrong-password" ? current : wanted).current?.focus();
      if (failed.status === 401) void findOut();
    } finally {
      busy.value = false;
    }
  }

  return (
    <form
      class="card entry"
      aria-labelledby="password-title"
      aria-describedby="password-fault"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <h2 id="password-title">{t("password.title")}</h2>
      <p class="note">{t("password.hint")}</p>
      <input type="text" name="username" autoComplete="username" value={session.name} readOnly hidden />
      <Field
        id="password"
        label={t("password.current")}
        type="password"
        autoComplete="current-password"
        inputRef={current}
      />
      <Field
        id="new-password"
        label={t("password.new")}
        type="password"
        autoComplete="new-password"
        told="password-policy"
        inputRef={wanted}
      />
      <Field id="repeated-password" label={t("password.again")} type="password" autoComplete="new-password" />
      <ul id="password-policy" class="policy note">
        {POLICY.map((rule) => (
          <li key={rule}>{t(rule)}</li>
        ))}
      </ul>
      <div id="password-fault" class="error" role="alert">
        {fault.value && <p>{t(fault.value.key, fault.value.values)}</p>}
        {faults.value.length > 0 && (
          <ul>
            {faults.value.map((each) => (
              <FaultItem key={each.code} fault={each} />
            ))}
          </ul>
        )}
      </div>
      <button type="submit" aria-disabled={busy.value}>
        {t(busy.value ? "password.busy" : "password.go")}
      </button>
    </form>
  );
}

function FaultItem({ fault }: { fault: Fault }) {
  const key = faultKey(fault);
  return key ? <li>{t(key)}</li> : <li lang="en">{fault.what}</li>;
}
