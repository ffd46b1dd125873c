// A provider of OpenID Connect: oidc-provider with its own sign-in pages, anybody's name is known.
//
// What it is told comes as JSON in the environment: { issuer, port, jwks, clients }. A test that
// attacks puts the ID token to be answered next, in place of the true one, to /next-id-token.
import { Provider } from 'oidc-provider';

const told = JSON.parse(process.env.OIDC_TOLD);
let nextToken = null;

const provider = new Provider(told.issuer, {
  clients: told.clients,
  jwks: told.jwks,
  pkce: { required: () => true },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'] },
  cookies: { keys: ['one key for all that a test signs'] },
  features: { devInteractions: { enabled: true } },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
});

provider.use(async (ctx, next) => {
  if (ctx.path === '/next-id-token') {
    nextToken = ctx.query.token;
    ctx.status = 204;
    return;
  }
  await next();
  if (ctx.path === '/token' && ctx.status === 200 && nextToken !== null) {
    ctx.body.id_token = nextToken;
    nextToken = null;
  }
});

provider.listen(told.port, '127.0.0.1');
