import { describe, expect, it } from "vitest";
import { ApiError } from "./api/client";
import { faultKey, messageOf, readCode } from "./sign_words";

describe("messageOf", () => {
  it.each([
    [new ApiError(401, "", "", "sign-in-refused"), "sign.refused"],
    [new ApiError(401, "", "", "cookie-lost"), "sign.cookieLost"],
    [new ApiError(403, "", "", "wrong-password"), "password.wrong"],
    [new ApiError(400, "", "", "invalid-request"), "sign.invalid"],
    [new ApiError(429, "", ""), "error.429"],
    [new ApiError(503, "", "", "unavailable"), "error.server"],
    [new ApiError(0, "", ""), "error.offline"],
  ])("tells what it is: %o", (error, key) => {
    expect(messageOf(error)).toEqual({ key });
  });

  it("tells how long to wait", () => {
    const error = new ApiError(429, "", "", "too-many-requests", [], 40);
    expect(messageOf(error)).toEqual({ key: "sign.wait", values: { seconds: 40 } });
  });
});

describe("faultKey", () => {
  it.each(["length", "kinds", "name", "common", "former"])("has words for %s", (code) => {
    expect(faultKey({ code, what: "" })).toBe(`fault.${code}`);
  });

  it("leaves others to the server's words", () => {
    expect(faultKey({ code: "leaked", what: "It was leaked." })).toBeNull();
    expect(faultKey({ code: "", what: "" })).toBeNull();
  });
});

describe("readCode", () => {
  it("takes a code as people type it", () => {
    expect(readCode(" 492 039 ")).toBe("492039");
    expect(readCode("４９２０３９")).toBe("492039");
  });

  it("takes nothing else", () => {
    for (const text of ["", "49203", "4920391", "49203a"]) expect(readCode(text)).toBeNull();
  });
});
