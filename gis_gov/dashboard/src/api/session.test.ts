import { describe, expect, it } from "vitest";
import { sending, type Session } from "./session";

const session: Session = {
  name: "wang",
  display_name: null,
  worker: null,
  roles: [],
  rights: [],
  csrf_token: "66a59adb",
  must_change_password: false,
};

describe("sending", () => {
  it("shows the page's token with a write, and sends JSON", () => {
    const request = sending("PUT", { password: "x" }, session);
    expect(request).toEqual({
      method: "PUT",
      headers: { "x-csrf-token": "66a59adb", "content-type": "application/json" },
      body: '{"password":"x"}',
    });
    expect(sending("DELETE", null, session)).toEqual({
      method: "DELETE",
      headers: { "x-csrf-token": "66a59adb" },
    });
  });

  it("has no token before there is a session", () => {
    expect(sending("POST", {}).headers).toEqual({ "content-type": "application/json" });
  });
});
