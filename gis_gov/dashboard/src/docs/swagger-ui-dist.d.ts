/** The part of Swagger UI that the docs page uses; the package comes without types. */
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  export interface TriedRequest {
    url: string;
    method?: string;
    headers: Record<string, string>;
  }
  interface Options {
    url: string;
    domNode: Element;
    deepLinking: boolean;
    displayRequestDuration: boolean;
    defaultModelsExpandDepth: number;
    validatorUrl: null;
    requestInterceptor: (request: TriedRequest) => Promise<TriedRequest>;
  }
  const SwaggerUI: (options: Options) => unknown;
  export default SwaggerUI;
}
