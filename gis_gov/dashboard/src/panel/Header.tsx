import { LANGUAGE_NAMES, LANGUAGES } from "../i18n";
import { language } from "../state";
import { PurposeShown } from "./Purpose";
import { Who } from "./Who";
import { t } from "./words";

/** The page's name, who is signed in, and the language switch. */
export function Header() {
  return (
    <header class="header">
      <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" fill="#12305c" />
        <path d="M5 12h22M5 21h22M12 5v22M21 5v22" stroke="#6ea8ff" stroke-width="1.6" />
        <circle cx="16.5" cy="16.5" r="4.6" fill="#ffd166" />
      </svg>
      <div>
        <h1>{t("title")}</h1>
        <p>{t("subtitle")}</p>
      </div>
      <PurposeShown />
      <Who />
      <div class="languages" role="group" aria-label={t("language")}>
        {LANGUAGES.map((known) => (
          <button
            key={known}
            type="button"
            lang={known}
            aria-pressed={language.value === known}
            onClick={() => {
              language.value = known;
            }}
          >
            {LANGUAGE_NAMES[known]}
          </button>
        ))}
      </div>
    </header>
  );
}
