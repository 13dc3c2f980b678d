import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadConfig } from "../config.ts";
import { systemClock } from "./clock.ts";
import { makeHttp } from "./http.ts";
import { makeLog } from "./log.ts";
import { secureHeaders } from "./secure-headers.ts";
import { followCertificate, readTls } from "./tls.ts";

const FIXTURES = fileURLToPath(new URL("../../tests/support/tls/", import.meta.url));
const EVERY_MS = 20;
const log = makeLog("silent");
let folder: string;
let files: { cert: string; key: string };
let app: Awaited<ReturnType<typeof makeHttp>>;
let unfollow: () => void;

/** Puts a certificate and its key in place, as a renewal does; the time of change is told from the one before. */
function place(name: "first" | "renewed", minutes: number): void {
  copyFileSync(join(FIXTURES, `${name}.cert.pem`), files.cert);
  copyFileSync(join(FIXTURES, `${name}.key.pem`), files.key);
  const at = new Date(Date.UTC(2026, 0, 1, 0, minutes));
  for (const path of Object.values(files)) utimesSync(path, at, at);
}

/** @returns whose certificate the server shows, and the headers of its answer */
function visit(options: object = {}): Promise<{ name: string; headers: Record<string, unknown> }> {
  const { port } = app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = request({ port, path: "/probe", rejectUnauthorized: false, agent: false, ...options }, (answer) => {
      const name = (answer.socket as TLSSocket).getPeerCertificate().subject.CN;
      answer.resume().once("end", () => resolve({ name: String(name), headers: answer.headers }));
    });
    sent.once("error", reject).end();
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "huitou-tls-"));
  files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  place("first", 0);
  app = await makeHttp({ log, clock: systemClock, tls: readTls(files) });
  secureHeaders(app, { https: true });
  app.get("/probe", { config: { access: { public: true } } }, async () => ({ ok: true }));
  await app.listen({ port: 0, host: "127.0.0.1" });
  unfollow = followCertificate(app.server as unknown as Server, files, log, EVERY_MS);
});
afterAll(async () => {
  unfollow();
  await app.close();
  rmSync(folder, { recursive: true });
});

it("answers over TLS 1.2 and newer only, and asks browsers to come by https alone", async () => {
  const { name, headers } = await visit();
  expect(name).toBe("first.localhost");
  expect(headers["strict-transport-security"]).toContain("max-age=");
  await visit({ minVersion: "TLSv1.2", maxVersion: "TLSv1.2" });
  await expect(visit({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL@SECLEVEL=0" })).rejects.toThrow();
});

it("takes a renewed certificate into use by itself; one that cannot be used leaves the old one", async () => {
  writeFileSync(files.cert, "not a certificate");
  await new Promise((done) => setTimeout(done, 5 * EVERY_MS));
  expect((await visit()).name).toBe("first.localhost");
  place("renewed", 5);
  await expect.poll(async () => (await visit()).name).toBe("renewed.localhost");
});

it("a certificate without its key, with another key or not there stops the start with a sentence", () => {
  expect(() => loadConfig({ HUITOU_TLS_CERT: "cert.pem" })).toThrow("come together");
  expect(loadConfig({ HUITOU_TLS_CERT: "a", HUITOU_TLS_KEY: "b" }).public_url).toMatch(/^https:/);
  const key = join(FIXTURES, "first.key.pem");
  expect(() => readTls({ cert: join(FIXTURES, "renewed.cert.pem"), key })).toThrow("cannot be used together");
  expect(() => readTls({ cert: join(FIXTURES, "nowhere.pem"), key })).toThrow("HUITOU_TLS_CERT");
});
