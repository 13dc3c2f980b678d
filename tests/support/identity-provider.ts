import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

export const CLIENT_ID = "huitou";
export const CLIENT_SECRET = "a-secret-of-the-provider-only-/:+%";

/** Somebody at the company's identity provider. */
export interface Account {
  readonly sub: string;
  readonly email: string;
  readonly email_verified?: boolean;
}
type Claims = Record<string, unknown>;

/** What the test does to an ID token before it is signed, and with what it is signed. */
export interface Tampering {
  readonly claims?: (claims: Claims) => Claims;
  readonly algorithm?: "RS256" | "none";
  readonly foreign_key?: boolean;
}

/** A whole OpenID provider on the loopback. */
export interface IdentityProvider {
  readonly issuer: string;
  account: Account;
  tampering: Tampering | undefined;
  /** Signs the account in as a browser would. @returns where the provider leads back to */
  authorize(url: string): Promise<URL>;
  stop(): Promise<void>;
}

const KEY = { kid: "of-the-provider", alg: "RS256", use: "sig" };
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function signed(claims: Claims, algorithm: "RS256" | "none", key: KeyObject): string {
  const content = `${encoded({ alg: algorithm, typ: "JWT", kid: KEY.kid })}.${encoded(claims)}`;
  if (algorithm === "none") return `${content}.`;
  return `${content}.${createSign("RSA-SHA256").update(content).sign(key, "base64url")}`;
}

function configuration(redirect_uri: string, login: string, jwk: object, accounts: ReadonlyMap<string, Account>) {
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uris: [redirect_uri],
        post_logout_redirect_uris: [login],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    jwks: { keys: [jwk] },
    cookies: { keys: ["of these tests"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ ...accounts.get(sub), sub }),
    }),
    async loadExistingGrant({
      oidc,
    }: {
      oidc: { client: { clientId: string }; session: { accountId: string }; provider: Provider };
    }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  };
}

/** @param port 0: any free one */
export async function startIdentityProvider(public_url: string, port = 0): Promise<IdentityProvider> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  let handle: (request: never, response: never) => void = () => undefined;
  const server: Server = createServer((request, response) => handle(request as never, response as never));
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts = new Map<string, Account>();
  const jwk = { ...privateKey.export({ format: "jwk" }), ...KEY };
  const provider = new Provider(issuer, configuration(`${public_url}/sso`, `${public_url}/login`, jwk, accounts));
  const one: IdentityProvider = {
    issuer,
    account: { sub: "nobody", email: "nobody@tea.cn" },
    tampering: undefined,
    authorize: (url) => asBrowser(url, `${public_url}/sso`),
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  provider.use(async (context, next) => {
    await next();
    const body = context.body as { id_token?: string } | undefined;
    if (context.path !== "/token" || body?.id_token === undefined || one.tampering === undefined) return;
    const { claims = (same: Claims) => same, algorithm = "RS256", foreign_key = false } = one.tampering;
    const given = JSON.parse(Buffer.from(body.id_token.split(".")[1] ?? "", "base64url").toString()) as Claims;
    context.body = { ...body, id_token: signed(claims(given), algorithm, foreign_key ? foreign : privateKey) };
  });
  const callback = provider.callback();
  handle = (request: never, response: never) => {
    if (!(request as { url: string }).url.startsWith("/interaction/")) return callback(request, response);
    accounts.set(one.account.sub, one.account);
    return void provider.interactionFinished(request, response, { login: { accountId: one.account.sub } });
  };
  return one;
}

const STEPS_MAX = 10;

/** Follows redirects with cookies until the address that leads back. */
async function asBrowser(url: string, until: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let at = url;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(at, { redirect: "manual", headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = (set.split(";")[0] ?? "").split(/=(.*)/s);
      cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    if (location === null) throw new Error(`${at}: ${answer.status} ${(await answer.text()).slice(0, 500)}`);
    at = new URL(location, at).href;
    if (at.startsWith(until)) return new URL(at);
  }
  throw new Error(`the provider never leads back to ${until}`);
}
