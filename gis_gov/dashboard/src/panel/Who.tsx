import { useSignal } from "@preact/signals";
import type { ApiError } from "../api/client";
import { errorKey } from "../format";
import { asApiError, signOut } from "../signing";
import { language, sign } from "../state";
import { t } from "./words";

/** Who is signed in, in which roles, and the way out. */
export function Who() {
  const failed = useSignal<ApiError | null>(null);
  const now = sign.value;
  if (now.status !== "in") return null;
  const { name, display_name: shown, roles } = now.session;
  const titles = new Set(roles.map((role) => (language.value === "zh" ? role.title_zh : role.title)));
  return (
    <div class="who" role="group" aria-label={t("who")}>
      {failed.value && (
        <span class="error" role="alert">
          {t("sign.stillIn")} {t(errorKey(failed.value.status))}
        </span>
      )}
      <span class="person" title={name}>
        <b>{shown ?? name}</b>
        <small>{[...titles].join(language.value === "zh" ? "、" : ", ") || t("who.noRole")}</small>
      </span>
      <button
        type="button"
        class="quiet"
        onClick={() => {
          failed.value = null;
          signOut().catch((error: unknown) => {
            failed.value = asApiError(error);
          });
        }}
      >
        {t("sign.out")}
      </button>
    </div>
  );
}
