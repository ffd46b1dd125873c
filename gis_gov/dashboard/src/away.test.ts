import { describe, expect, it } from "vitest";
import { readLanding } from "./away";

const VIEW = "#map=16/22.9455/113.3555&lang=en";

describe("readLanding", () => {
  it("goes on with the view that was left", () => {
    expect(readLanding("", VIEW)).toEqual({ hash: VIEW, failure: null });
  });

  it("takes a link's own view before one that was left", () => {
    expect(readLanding("#map=9/23/113", VIEW)).toEqual({ hash: "#map=9/23/113", failure: null });
  });

  it.each(["oidc-refused", "oidc-unavailable", "no-oidc"])("has words for %s", (slug) => {
    expect(readLanding(`#failed=${slug}`, VIEW)).toEqual({ hash: VIEW, failure: `failed.${slug}` });
    expect(readLanding(`#failed=${slug}`, "").hash).toBe("");
  });

  it("has words for any other failure", () => {
    for (const slug of ["", "toString", "<b>"]) {
      expect(readLanding(`#failed=${slug}`, "").failure).toBe("failed.oidc-refused");
    }
  });
});
