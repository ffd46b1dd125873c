import { describe, expect, it } from "vitest";
import { ApiError, locatePath, nearbyPath, needsSignIn, problemOf } from "./client";

describe("paths", () => {
  it("ask as the interface wants", () => {
    expect(nearbyPath([113.3512, 22.943], 1000, { kinds: ["camera", "poi"], vulnerable: false, limit: 50 })).toBe(
      "/nearby?lon=113.3512&lat=22.943&radius=1000&kinds=camera,poi&limit=50",
    );
    expect(nearbyPath([113.3512, 22.943], 500, { kinds: ["poi"], vulnerable: true, limit: 5 })).toBe(
      "/nearby?lon=113.3512&lat=22.943&radius=500&kinds=poi&limit=5&vulnerable=true",
    );
    expect(locatePath([113.3512, 22.943])).toBe("/locate?lon=113.3512&lat=22.943");
  });
});

describe("problemOf", () => {
  it("reads problem+json", async () => {
    const body = JSON.stringify({ title: "Not valid", status: 400, detail: "query.lat: too great" });
    const headers = { "content-type": "application/problem+json" };
    const error = await problemOf(new Response(body, { status: 400, headers }));
    expect([error.status, error.title, error.message]).toEqual([400, "Not valid", "query.lat: too great"]);
  });

  it("knows which problem it is, and what is wrong with a password", async () => {
    const faults = [{ code: "length", what: "It is short." }];
    const body = JSON.stringify({ type: "urn:gis-gov:problem:weak-password", faults });
    const headers = { "content-type": "application/problem+json", "retry-after": "30" };
    const error = await problemOf(new Response(body, { status: 400, headers }));
    expect([error.kind, error.faults, error.retryAfterS]).toEqual(["weak-password", faults, 30]);
  });

  it("falls back on the status line", async () => {
    const error = await problemOf(new Response("<html>", { status: 502, statusText: "Bad Gateway" }));
    expect([error.status, error.message]).toEqual([502, "Bad Gateway"]);
    const headers = { "content-type": "application/json" };
    const broken = await problemOf(new Response("{", { status: 500, statusText: "Oops", headers }));
    expect([broken.status, broken.message]).toEqual([500, "Oops"]);
  });
});

describe("needsSignIn", () => {
  it("is so without a session, and with a password that has to be changed", () => {
    expect(needsSignIn(new ApiError(401, "", ""))).toBe(true);
    expect(needsSignIn(new ApiError(403, "", "", "password-change-needed"))).toBe(true);
    expect(needsSignIn(new ApiError(403, "", "", "not-allowed"))).toBe(false);
  });
});
