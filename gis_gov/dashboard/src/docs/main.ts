import "swagger-ui-dist/swagger-ui.css";
import "./docs.css";
import SwaggerUI, { type TriedRequest } from "swagger-ui-dist/swagger-ui-es-bundle.js";
import bundled from "swagger-ui-dist/swagger-ui-es-bundle.js.LICENSE.txt?raw";
import licence from "swagger-ui-dist/LICENSE?raw";
import notice from "swagger-ui-dist/NOTICE?raw";
import { fetchSession } from "../api/session";

const READS = ["GET", "HEAD", "OPTIONS"];

/** Swagger UI knows its dark colours by a class alone. */
function followColours(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = (): void => {
    document.documentElement.classList.toggle("dark-mode", dark.matches);
  };
  follow();
  dark.addEventListener("change", follow);
}

/** A write in the session of this browser carries the page's token, unless one or a key was given. */
async function withToken(request: TriedRequest): Promise<TriedRequest> {
  const names = Object.keys(request.headers).map((name) => name.toLowerCase());
  const isRead = READS.includes((request.method ?? "GET").toUpperCase());
  if (isRead || names.includes("authorization") || names.includes("x-csrf-token")) return request;
  try {
    const { csrf_token: token } = await fetchSession();
    if (token) request.headers["x-csrf-token"] = token;
  } catch {
    // Nobody is signed in: the answer will say so.
  }
  return request;
}

const place = document.querySelector("#docs");
const licences = document.querySelector("#licences");
if (place && licences) {
  followColours();
  licences.textContent = [notice, licence, bundled].join("\n\n");
  SwaggerUI({
    url: "/openapi.json",
    domNode: place,
    deepLinking: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    // Otherwise a server with a public name would have its document checked by swagger.io.
    validatorUrl: null,
    requestInterceptor: withToken,
  });
}
