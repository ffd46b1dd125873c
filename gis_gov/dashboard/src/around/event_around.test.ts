import { describe, expect, it } from "vitest";
import { aroundEventPath, type EventAround } from "../api/around_event";
import type { Hit, NearbyFeature } from "../api/shapes";
import { countedKinds, detailOf, groupsOf, locatedBy, namesOf } from "./event_around";

const thing = (kind: Hit["kind"], name: string, more: Partial<Hit> = {}): NearbyFeature => ({
  type: "Feature",
  geometry: { type: "Point", coordinates: [113.3, 22.9] },
  properties: { id: `${kind}:${name}`, kind, name, distance_m: 10, bearing_deg: 90, ...more },
});
const place = (name: string) => ({ code: `c-${name}`, name });
const around: EventAround = {
  type: "FeatureCollection",
  features: [
    thing("worker", "张某"),
    thing("poi", "学校"),
    thing("camera", "背向的"),
    thing("centre", "中心"),
    thing("worker", "李某"),
    thing("enterprise", "化工厂"),
  ],
  counts: { camera: 7, worker: 12, centre: 1, poi: 60, enterprise: 1 },
  rings: [],
  event: { code: "E1", title: "占道", state: "pending" },
  responsible: {
    grid: place("网格"),
    community: place("社区"),
    street: place("街道"),
    district: null,
    workers: [
      { ...place("陈一"), role: "worker" },
      { ...place("林二"), role: "网格长" },
    ],
  },
  seen_by: Array.from({ length: 13 }, (_, number) => thing("camera", `C${number}`)),
};
const names = (hits: readonly NearbyFeature[]) => hits.map(({ properties }) => properties.name);

describe("aroundEventPath", () => {
  it("asks for an event by its code, whatever is in it", () => {
    expect(aroundEventPath("9901/甲?", 500, false)).toBe(
      "/events/9901%2F%E7%94%B2%3F/nearby?radius=500&vulnerable=false",
    );
  });
});

describe("groupsOf", () => {
  it("has workers first, and of cameras those that see the event", () => {
    const groups = groupsOf(around);
    expect(groups.map(({ name }) => name)).toEqual(["worker", "camera", "centre", "enterprise"]);
    expect(groups.map(({ hits }) => names(hits))).toEqual([
      ["张某", "李某"],
      ["C0", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9"],
      ["中心"],
      ["化工厂"],
    ]);
  });

  it("tells how many are not listed", () => {
    expect(groupsOf(around).map(({ left }) => left)).toEqual([10, 3, 0, 0]);
  });

  it("has an empty group where there is nothing, and none where one may not look", () => {
    const bare = { ...around, features: [], counts: { worker: 0, poi: 0 }, seen_by: null };
    expect(groupsOf(bare)).toEqual([{ name: "worker", hits: [], left: 0 }]);
    expect(countedKinds(bare)).toEqual(["worker", "poi"]);
  });
});

describe("countedKinds", () => {
  it("are those that are counted, in the order of the page", () => {
    expect(countedKinds(around)).toEqual(["camera", "worker", "centre", "poi", "enterprise"]);
  });
});

describe("locatedBy", () => {
  it("is the chain of who answers for it", () => {
    expect(locatedBy(around.responsible)).toEqual({
      grid: place("网格"),
      exclusive: [],
      community: place("社区"),
      street: place("街道"),
      district: null,
    });
  });
});

describe("namesOf", () => {
  it("names each with the title that not all have", () => {
    expect(namesOf(around.responsible, "zh")).toBe("陈一、林二 (网格长)");
    expect(namesOf(around.responsible, "en")).toBe("陈一, 林二 (网格长)");
    expect(namesOf({ ...around.responsible, workers: [] }, "zh")).toBe("");
  });
});

describe("detailOf", () => {
  it.each([
    [thing("worker", "张某", { standing: "idle", age_s: 130 }), "静止 · 2 分前定位", "Idle · placed 2 min ago"],
    [thing("worker", "张某", { standing: "on_shift", age_s: -1 }), "在岗 · 0 秒前定位", "On shift · placed 0 s ago"],
    [thing("enterprise", "厂", { risk_class: "重大风险", category: "化工" }), "重大风险 · 化工", "重大风险 · 化工"],
    [thing("camera", "口", { owner: "公安" }), "公安", "公安"],
    [thing("centre", "所", { owner: null }), "治理中心", "Centres"],
  ])("tells of %o", (hit, zh, en) => {
    expect(detailOf(hit, "zh")).toBe(zh);
    expect(detailOf(hit, "en")).toBe(en);
  });
});
