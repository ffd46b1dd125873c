import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, get, sendPurpose } from "./api/client";
import { choosePurpose, followPurpose, isAsking, leavePurpose, purpose, purposeName, purposes } from "./purpose";

const PROBLEM = { type: "urn:gis-gov:problem:purpose-needed", title: "Say what it is for", purposes: ["dispute", "audit"] };
const sent: (string | null)[] = [];

/** A server that tells nothing without a purpose. */
function answer(_path: string, { headers }: RequestInit): Promise<Response> {
  const said = new Headers(headers).get("x-purpose");
  sent.push(said);
  const refusal = { status: 400, headers: { "content-type": "application/problem+json" } };
  return Promise.resolve(said === null ? new Response(JSON.stringify(PROBLEM), refusal) : Response.json(said));
}

beforeEach(() => {
  vi.stubGlobal("fetch", answer);
  followPurpose();
});

afterEach(() => {
  vi.unstubAllGlobals();
  purpose.value = null;
  sendPurpose(null);
  sent.length = 0;
});

describe("a purpose", () => {
  it("is asked for once, and goes along from then on", async () => {
    const asked = [get("/patrols?worker=W1"), get("/patrols?worker=W2")];
    await vi.waitUntil(() => isAsking.value);
    expect(purposes.value).toEqual(["dispute", "audit"]);
    choosePurpose("dispute");
    expect(await Promise.all(asked)).toEqual(["dispute", "dispute"]);
    expect(await get("/patrols?worker=W3")).toBe("dispute");
    expect([isAsking.value, purpose.value, sent]).toEqual([
      false,
      "dispute",
      [null, null, "dispute", "dispute", "dispute"],
    ]);
  });

  it("that nobody chooses leaves the refusal", async () => {
    const asked = get("/patrols?worker=W1");
    const refused = expect(asked).rejects.toMatchObject({ kind: "purpose-needed", purposes: ["dispute", "audit"] });
    await vi.waitUntil(() => isAsking.value);
    leavePurpose();
    await refused;
    await expect(asked).rejects.toBeInstanceOf(ApiError);
    expect([purpose.value, sent]).toEqual([null, [null]]);
  });
});

describe("purposeName", () => {
  it("knows those of the server, and leaves others as they are", () => {
    expect(purposeName("dispute", "zh")).toBe("处理争议");
    expect(purposeName("river-chief", "zh")).toBe("river-chief");
  });
});
