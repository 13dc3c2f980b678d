import * as client from "openid-client";
import type { Ground } from "../../ground.ts";
import { OutgoingFailed, OutgoingRefused, sendOutgoing } from "../../platform/alerts/outgoing.ts";
import { problem } from "../../platform/errors.ts";
import type { ProviderRow } from "./provider-store.ts";

const TIMEOUT_MS = 10_000;
/** How far the provider's clock may be off. */
const CLOCK_SECONDS = 60;
/** Keys and addresses of the provider are asked for anew after so long. */
const FRESH_MS = 600_000;
const SECRET_KEY = "access:oidc";
const SECRET_CONTEXT = "client secret";

/** Where the provider sends people back to. */
export const redirectUri = (ground: Ground): string => `${ground.config.public_url}/sso`;

export async function sealSecret(ground: Ground, secret: string): Promise<Buffer> {
  return (await ground.vault.namedKey(SECRET_KEY)).encrypt(Buffer.from(secret), SECRET_CONTEXT);
}

interface Known {
  readonly of: string;
  readonly at: number;
  readonly made: Promise<client.Configuration>;
}
const known = new WeakMap<Ground, Known>();

/**
 * The provider as it describes itself, with our credentials. Kept for ten minutes.
 * @throws access.oidc_unreachable
 */
export function configurationOf(ground: Ground, provider: ProviderRow): Promise<client.Configuration> {
  const of = `${provider.issuer} ${provider.client_id} ${provider.changed_at.getTime()}`;
  const now = ground.wall.now().getTime();
  const kept = known.get(ground);
  if (kept !== undefined && kept.of === of && now - kept.at < FRESH_MS) return kept.made;
  const made = discover(ground, provider);
  known.set(ground, { of, at: now, made });
  made.catch(() => known.delete(ground));
  return made;
}

async function discover(ground: Ground, provider: ProviderRow): Promise<client.Configuration> {
  const secret =
    provider.secret_sealed === null
      ? undefined
      : (await ground.vault.namedKey(SECRET_KEY)).decrypt(provider.secret_sealed, SECRET_CONTEXT).toString("utf8");
  const metadata = { [client.clockTolerance]: CLOCK_SECONDS };
  const authentication = secret === undefined ? client.None() : client.ClientSecretBasic(secret);
  // an origin that whoever runs the machine named may speak plain http; every other is refused before a byte leaves
  const plain = provider.issuer.startsWith("http:") ? [client.allowInsecureRequests] : [];
  try {
    return await client.discovery(new URL(provider.issuer), provider.client_id, metadata, authentication, {
      [client.customFetch]: fetchFor(ground),
      execute: [client.enableNonRepudiationChecks, ...plain],
      timeout: TIMEOUT_MS / 1000,
    });
  } catch (error) {
    ground.log.warn({ error: String(error), cause: causeOf(error) }, "the identity provider cannot be asked");
    throw problem("access.oidc_unreachable", { issuer: provider.issuer, reason: causeOf(error) });
  }
}

/** The innermost cause by its name or code: what libraries wrap says the least. */
export function causeOf(error: unknown): string {
  if (error instanceof OutgoingRefused) return error.reason;
  if (error instanceof OutgoingFailed) return "unreachable";
  const { cause, code, name } = error as { cause?: unknown; code?: unknown; name?: string };
  if (cause instanceof OutgoingRefused || cause instanceof OutgoingFailed) return causeOf(cause);
  return typeof code === "string" ? code : (name ?? "unknown");
}

/** Requests to the provider leave as alerts do: https to the open internet, or an origin that the host's owner named. */
function fetchFor(ground: Ground): client.CustomFetch {
  const rule = { hosts: "any", open: ground.config.oidc_origins } as const;
  return async (url, { method, headers, body }) => {
    const content = body === undefined || body === null ? undefined : Buffer.from(contentOf(body));
    const answer = await sendOutgoing(
      url,
      {
        method,
        headers: { ...headers, ...(content === undefined ? {} : { "content-length": content.length }) },
        ...(content === undefined ? {} : { content }),
      },
      { rule, timeout_ms: TIMEOUT_MS },
    );
    const type = answer.headers["content-type"];
    return new Response([204, 304].includes(answer.status) ? null : answer.text, {
      status: answer.status,
      headers: type === undefined ? {} : { "content-type": type },
    });
  };
}

function contentOf(body: unknown): string | Uint8Array {
  if (typeof body === "string" || body instanceof Uint8Array) return body;
  return String(body as URLSearchParams);
}
