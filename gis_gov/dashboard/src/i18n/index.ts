import { en } from "./en";
import { zh } from "./zh";

export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export type Messages = Readonly<Record<keyof typeof zh, string>>;
export type MessageKey = keyof typeof zh;

/** BCP 47 tags: for the document, and for numbers and times. */
export const TAGS: Readonly<Record<Language, string>> = { zh: "zh-Hans-CN", en: "en-GB" };
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { zh: "简体中文", en: "English" };

const MESSAGES: Readonly<Record<Language, Messages>> = { zh, en };

/** Say a message in a language, with `{name}` places filled. */
export function say(
  language: Language,
  key: MessageKey,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return MESSAGES[language][key].replace(/\{(\w+)\}/g, (place, name: string) =>
    String(values[name] ?? place),
  );
}

/** Tell whether a text names a message, for keys made from data. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(zh, key);
}
