import { useLayoutEffect } from "preact/hooks";
import { findOut } from "../signing";
import { sign, signFailure } from "../state";
import { PasswordForm } from "./PasswordForm";
import { SignInForm } from "./SignInForm";
import { SearchTrouble } from "./Trouble";
import { t } from "./words";

/** What stands before the page until somebody is signed in; it covers the page when that ends. */
export function Gate() {
  useLayoutEffect(() => {
    const before = document.activeElement;
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <main class="gate">
      <Inside />
    </main>
  );
}

function Inside() {
  const now = sign.value;
  switch (now.status) {
    case "asking":
      return (
        <p class="status" role="status">
          {t("sign.asking")}
        </p>
      );
    case "away":
      return <SearchTrouble error={now.error} onRetry={() => void findOut()} />;
    case "out":
      return <SignInForm lapsed={now.lapsed} failure={now.lapsed ? null : signFailure.value} />;
    case "in":
      return <PasswordForm session={now.session} />;
  }
}
