import type { AddressInfo } from "node:net";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setUp } from "../src/access/index.ts";
import { startBackground } from "../src/background.ts";
import { compose } from "../src/composition.ts";
import { loadConfig } from "../src/config.ts";
import { loadDomains } from "../src/domains.ts";
import { systemClock } from "../src/platform/clock.ts";
import { makeLog } from "../src/platform/log.ts";
import { makeServer } from "../src/server.ts";
import type { Bench, Figure } from "./main.ts";

const EVENTS = 100;
const password = "bench-oolong-2026-tea";

interface Client {
  readonly address: string;
  readonly cookie: string;
}

async function json<T>({ address, cookie }: Client, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${address}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { cookie, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** From the answer to an event until the member's page shows it, looking every 5 ms. */
async function measure(client: Client, write_key: string): Promise<number[]> {
  const auth = `Basic ${Buffer.from(`${write_key}:`).toString("base64")}`;
  const send = async (n: number) => {
    const body = {
      userId: "bench-member",
      messageId: `bench-${n}`,
      event: "Product Viewed",
      properties: { sku: `SKU-${n}` },
    };
    const answer = await fetch(`${client.address}/v1/track`, {
      method: "POST",
      headers: { authorization: auth, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`track answered ${answer.status}`);
    await answer.arrayBuffer();
  };
  await send(0);
  let member_id = 0;
  while (member_id === 0) {
    const found = await json<{ items: { member_id: number }[] }>(client, "/api/members?limit=1");
    member_id = found.items[0]?.member_id ?? 0;
    await new Promise((wake) => setTimeout(wake, 20));
  }
  const times: number[] = [];
  for (let n = 1; n <= EVENTS; n += 1) {
    await send(n);
    const began = performance.now();
    for (;;) {
      const page = await fetch(`${client.address}/api/members/${member_id}/timeline?limit=5`, {
        headers: { cookie: client.cookie },
      });
      if ((await page.text()).includes(`SKU-${n}`)) break;
      if (performance.now() - began > 30_000) throw new Error(`event ${n} did not reach the timeline within 30 s`);
      await new Promise((wake) => setTimeout(wake, 5));
    }
    times.push((performance.now() - began) / 1000);
  }
  return times.sort((a, b) => a - b);
}

async function run(): Promise<readonly Figure[]> {
  const data_dir = await mkdtemp(join(tmpdir(), "huitou-freshness-"));
  await chmod(data_dir, 0o755);
  const composition = await compose({
    config: loadConfig({ HUITOU_DATA: data_dir }),
    clock: systemClock,
    log: makeLog("error"),
    domains: await loadDomains(),
  });
  const app = await makeServer(composition, { ready: true });
  const stop = await startBackground(composition);
  try {
    await app.listen({ port: 0, host: "127.0.0.1" });
    const address = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    await setUp(composition.ground, { brand_name: "bench", name: "bench", email: "lin@tea.cn", password }, undefined);
    const signed = await fetch(`${address}/api/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "lin@tea.cn", password }),
    });
    const client = { address, cookie: (signed.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
    const { write_key } = await json<{ write_key: string }>(client, "/api/sources", {
      name: "bench",
      key: "bench",
      kind: "segment",
    });
    const times = await measure(client, write_key);
    const p95 = times[Math.ceil(0.95 * times.length) - 1] ?? Number.POSITIVE_INFINITY;
    return [
      {
        name: "freshness.timeline_p95",
        value: p95,
        unit: "s",
        reference: null,
        ratio: null,
        bar: "≤ 1 s",
        met: p95 <= 1,
      },
    ];
  } finally {
    await app.close();
    await stop();
    await composition.close();
    await rm(data_dir, { recursive: true, force: true });
  }
}

export const benches: readonly Bench[] = [{ name: "freshness", run }];
