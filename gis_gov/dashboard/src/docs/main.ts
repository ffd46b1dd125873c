import "swagger-ui-dist/swagger-ui.css";
import "./docs.css";
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import bundled from "swagger-ui-dist/swagger-ui-es-bundle.js.LICENSE.txt?raw";
import licence from "swagger-ui-dist/LICENSE?raw";
import notice from "swagger-ui-dist/NOTICE?raw";

/** Swagger UI knows its dark colours by a class alone. */
function followColours(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = (): void => {
    document.documentElement.classList.toggle("dark-mode", dark.matches);
  };
  follow();
  dark.addEventListener("change", follow);
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
  });
}
