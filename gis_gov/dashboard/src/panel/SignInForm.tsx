import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { ApiError } from "../api/client";
import type { MessageKey } from "../i18n";
import { messageOf, readCode, type Message } from "../sign_words";
import { asApiError, signIn } from "../signing";
import { Field, valueOf } from "./Field";
import { ProviderLink } from "./ProviderLink";
import { t } from "./words";

interface Props {
  lapsed: boolean;
  /** Why a sign-in with an identity provider failed just now. */
  failure: MessageKey | null;
}

/** Sign in by name and password, and by a code once the server asks for it; or go to a provider. */
export function SignInForm({ lapsed, failure }: Props) {
  const busy = useSignal(false);
  const coded = useSignal(false);
  const fault = useSignal<Message | null>(failure && { key: failure });
  const name = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const code = useRef<HTMLInputElement>(null);
  useEffect(() => name.current?.focus(), []);
  useEffect(() => code.current?.focus(), [coded.value]);

  /** Empty what has to be typed again, and go there. */
  function askAgainFor(error: ApiError): void {
    if (error.kind === "code-needed") coded.value = true;
    fault.value = error.kind === "code-needed" ? null : messageOf(error);
    if (error.kind !== "sign-in-refused") return;
    const field = coded.value ? code.current : password.current;
    if (!field) return;
    field.value = "";
    field.focus();
  }

  async function submit(form: HTMLFormElement): Promise<void> {
    if (busy.value) return;
    const digits = coded.value ? readCode(valueOf(form, "totp")) : null;
    if (coded.value && digits === null) {
      fault.value = { key: "sign.codeShape" };
      code.current?.focus();
      return;
    }
    busy.value = true;
    fault.value = null;
    try {
      await signIn(valueOf(form, "username").trim(), valueOf(form, "password"), digits);
    } catch (error) {
      askAgainFor(asApiError(error));
    } finally {
      busy.value = false;
    }
  }

  return (
    <form
      class="card entry"
      aria-labelledby="sign-title"
      aria-describedby="sign-fault"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(event.currentTarget);
      }}
    >
      <h2 id="sign-title">{t("sign.title")}</h2>
      <p class="note">{t(lapsed ? "sign.lapsed" : "sign.hint")}</p>
      <Field id="username" label={t("sign.name")} type="text" autoComplete="username" inputRef={name} />
      <Field
        id="password"
        label={t("sign.password")}
        type="password"
        autoComplete="current-password"
        inputRef={password}
      />
      {coded.value && (
        <>
          <p class="note" role="status">
            {t("sign.codeNeeded")}
          </p>
          <Field
            id="totp"
            label={t("sign.code")}
            type="text"
            inputMode="numeric"
            autoComplete="one-time-code"
            inputRef={code}
          />
        </>
      )}
      <p id="sign-fault" class="error" role="alert">
        {fault.value ? t(fault.value.key, fault.value.values) : ""}
      </p>
      <button type="submit" aria-disabled={busy.value}>
        {t(busy.value ? "sign.busy" : "sign.go")}
      </button>
      <ProviderLink />
    </form>
  );
}
