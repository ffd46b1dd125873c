import type { ApiError } from "../api/client";
import { errorKey } from "../format";
import { mapTrouble } from "../state";
import { t } from "./words";

/** A failed question in plain words, with the server's own beside them. */
export function SearchTrouble({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  // The server's own sentence is about a header.
  const isPurpose = error.kind === "purpose-needed";
  return (
    <section class="card trouble" role="alert">
      <p>
        <b>{t(isPurpose ? "error.purpose" : errorKey(error.status))}</b>
      </p>
      {!isPurpose && error.status > 0 && error.message && (
        <p class="note" lang="en">
          {error.message}
        </p>
      )}
      <button type="button" onClick={onRetry}>
        {t("error.retry")}
      </button>
    </section>
  );
}

/** The map itself failed, wholly or in part. */
export function MapTrouble({ onRetry }: { onRetry: () => void }) {
  const trouble = mapTrouble.value;
  if (!trouble) return null;
  return (
    <div class="map-trouble" role="alert">
      <p>
        <b>{t(trouble.key)}</b>
        {trouble.detail && <small lang="en">{trouble.detail}</small>}
      </p>
      {trouble.key !== "error.webgl" && (
        <button
          type="button"
          onClick={() => {
            mapTrouble.value = null;
            onRetry();
          }}
        >
          {t("error.retry")}
        </button>
      )}
    </div>
  );
}
