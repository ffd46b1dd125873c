import { describe, expect, it } from "vitest";
import { en } from "./en";
import { say } from "./index";
import { zh } from "./zh";

const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

describe("messages", () => {
  it.each(Object.keys(zh) as (keyof typeof zh)[])("%s has the same places in each language", (key) => {
    expect(places(en[key])).toEqual(places(zh[key]));
    expect(en[key]).not.toBe("");
    expect(zh[key]).not.toBe("");
  });

  it("are Chinese in Chinese and hold no Chinese in English", () => {
    expect(Object.entries(en).filter(([, text]) => /\p{Script=Han}/u.test(text))).toEqual([]);
  });
});

describe("say", () => {
  it("fills the places", () => {
    expect(say("en", "results.some", { total: 213, listed: 50 })).toBe("213 in all, the nearest 50 listed");
  });
});
