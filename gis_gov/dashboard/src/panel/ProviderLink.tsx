import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchProvider, type Provider } from "../api/session";
import { keepView } from "../away";
import { t } from "./words";

/** The way to sign in with an identity provider, where the server has one. */
export function ProviderLink() {
  const provider = useSignal<Provider | null>(null);
  useEffect(() => {
    fetchProvider().then(
      (found) => {
        provider.value = found;
      },
      // The password is a way in all the same.
      () => undefined,
    );
  }, []);
  if (!provider.value) return null;
  const { title, url } = provider.value;
  return (
    <a class="button quiet" href={url} onClick={keepView}>
      {t("sign.with", { title })}
    </a>
  );
}
