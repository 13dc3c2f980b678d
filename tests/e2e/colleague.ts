import { generateSync } from "otplib";
import type { BrowserContext } from "playwright-core";
import { OWNER, type OwnerSession } from "./owner-session.ts";

/** Invites a person and lets them in with an authenticator app, in a browser of their own. */
export async function joined(owner: OwnerSession, role: string, name: string): Promise<BrowserContext> {
  const { link } = await owner.post<{ link: string }>("/api/people", { name, email: `${role}@shanye.example`, role });
  const context = await owner.browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN" });
  const send = async (path: string, data: unknown) => {
    const answer = await context.request.post(owner.server.url + path, {
      data,
      headers: { origin: owner.server.url },
    });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const token = new URL(link).searchParams.get("token");
  await send("/api/invitation", { token, password: OWNER.password });
  const { factor_id, secret } = await send("/api/me/factors/totp", { name: "手机" });
  await send(`/api/me/factors/${String(factor_id)}/confirm`, { code: generateSync({ secret: String(secret) }) });
  return context;
}
