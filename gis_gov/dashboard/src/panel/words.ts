import { say, type MessageKey } from "../i18n";
import { language } from "../state";

/** Say a message in the chosen language; a component that calls it follows the switch. */
export function t(key: MessageKey, values?: Readonly<Record<string, string | number>>): string {
  return say(language.value, key, values);
}
