import { expect, test } from "vitest";
import schema from "../../../duties/task_schemas.py?raw";
import { isMessageKey } from "../i18n";
import { objectText, pointName, reasonText } from "./judgement_words";

test.each([
  ["too_short", 12.5, 30, "时长 12.5 分，应不少于 30 分", "It took 12.5 min of at least 30 min"],
  ["too_few_metres", 864.2, 1500, "里程 864 m，应不少于 1.5 km", "864 m of at least 1.5 km"],
  ["too_little_covered", 0.412, 0.8, "覆盖 41%，应不少于 80%", "41% covered of at least 80%"],
  ["points_missed", [2, 3], null, "未到必到点：2、3", "Check points missed: 2, 3"],
  ["not_there", null, null, "未到对象所在处", "It did not come to the object"],
  ["too_fast", 240.4, null, "超速，240 m 不计", "Too fast: 240 m do not count"],
  ["too_soon", 3.25, 24, "距上次完成只有 3.3 小时，应隔 24 小时", "3.3 h after the last one that counted, of at least 24 h"],
])("%s is said with its figures", (code, told, wanted, zh, en) => {
  expect(reasonText({ code, told, wanted }, "zh")).toBe(zh);
  expect(reasonText({ code, told, wanted }, "en")).toBe(en);
});

test("each reason that the server may tell is said in words", () => {
  const codes = /class ReasonTold[\s\S]*?Literal\[([\s\S]*?)\]/.exec(schema)?.[1]?.match(/\w+/g) ?? [];
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => !isMessageKey(`short.${code}`))).toEqual([]);
});

test("one that is not known yet keeps its code", () => {
  expect(reasonText({ code: "too_wet", told: 1, wanted: 2 }, "zh")).toBe("too_wet");
});

test("an object and a point are named as far as they are known", () => {
  expect(objectText({ kind: "grid", code: "G1" }, "zh")).toBe("网格 G1");
  expect(objectText({ kind: "person", code: null }, "en")).toBe("Person");
  expect(objectText({ kind: "well", code: null }, "zh")).toBe("well");
  expect([pointName({ number: 2, name: "桥头" }), pointName({ number: 3, name: null })]).toEqual(["2 桥头", "3"]);
});
