import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { setUp, offerSetup } from "../src/access/index.ts";
import { makeServer } from "../src/server.ts";
import type { Bench, Figure } from "./main.ts";
import { benchMember, SEALED_EVERY } from "./world-members.ts";
import { openBenchWorld } from "./world.ts";

const MEMBERS = Number(process.env["BENCH_MEMBERS"] ?? 1_000_000);
/** Requests of each kind, and how many people ask at the same time. */
const REQUESTS = Number(process.env["BENCH_REQUESTS"] ?? 400);
const PEOPLE = 4;
const P95_MS_MAX = 200;
const password = "wuyi-oolong-2026-tea";

interface Client {
  readonly address: string;
  readonly cookie: string;
}

async function signedIn(app: FastifyInstance, ground: Parameters<typeof setUp>[0]): Promise<Client> {
  await app.listen({ port: 0, host: "127.0.0.1" });
  const address = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const owner = { brand_name: "山野茶", name: "林", email: "lin@example.com", password };
  await setUp(ground, owner, (await offerSetup(ground)) ?? "");
  const answer = await fetch(`${address}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: owner.email, password }),
  });
  return { address, cookie: (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "" };
}

/** Times of requests in milliseconds, from the call to the last byte, by `PEOPLE` clients without a pause. */
async function times(client: Client, paths: readonly string[], check: (body: string) => boolean): Promise<number[]> {
  const taken: number[] = [];
  let next = 0;
  const person = async () => {
    for (let i = next++; i < paths.length; i = next++) {
      const began = performance.now();
      const answer = await fetch(`${client.address}${paths[i]}`, { headers: { cookie: client.cookie } });
      const body = await answer.text();
      taken.push(performance.now() - began);
      if (!answer.ok || !check(body)) throw new Error(`${paths[i]} answered ${answer.status}: ${body.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: PEOPLE }, person));
  return taken.sort((a, b) => a - b);
}

const p95 = (sorted: readonly number[]): number => sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;

/** Members with sealed values of their own, spread over the whole world, the same ones in every run. */
function chosen(count: number, salt: number): number[] {
  const sealed = Math.floor(MEMBERS / SEALED_EVERY);
  return Array.from({ length: count }, (_, i) => ((i * 7_919 + salt * 104_729) % sealed) * SEALED_EVERY);
}

interface Question {
  readonly name: string;
  readonly paths: readonly string[];
  readonly check: (body: string) => boolean;
}

function questions(): Question[] {
  const search = (typed: string) => `/api/members/search?q=${encodeURIComponent(typed)}`;
  const found = (body: string) => body.includes('"name_masked":"');
  const ask = (name: string, salt: number, path: (n: number) => string, check = found): Question => ({
    name,
    paths: chosen(REQUESTS, salt).map(path),
    check,
  });
  return [
    ask("member page", 1, (n) => `/api/members/${benchMember(n).member_id}`),
    ask(
      "member timeline",
      2,
      (n) => `/api/members/${benchMember(n).member_id}/timeline?limit=60`,
      (body) => body.includes('"items"'),
    ),
    ask("search by phone", 3, (n) => search(benchMember(n).phone)),
    ask("search by card", 4, (n) => search(benchMember(n).card_no)),
    ask("search by last four digits", 5, (n) => search(benchMember(n).phone.slice(-4))),
    ask("search by name", 6, (n) => search(benchMember(n).name)),
    ask("search by surname", 7, (n) => search(benchMember(n).name.slice(0, 1))),
    ask("list by spend", 8, (n) => `/api/members?sort=net&limit=${50 + (n % 50)}`),
  ];
}

/**
 * A signed-in person's requests over HTTP to a server with a million members (8.4 M timeline rows or so), four at a
 * time, each for another member. Names, numbers and cards are really sealed: an answer opens and masks them. The
 * reference is the emptiest request of the same server in the same run (/healthz).
 */
export const benches: readonly Bench[] = [
  {
    name: "members",
    run: async (): Promise<Figure[]> => {
      const world = await openBenchWorld({ members: MEMBERS, say: (line) => console.error(`  ${line}`) });
      const app = await makeServer(world.composition, { ready: true });
      try {
        const client = await signedIn(app, world.ground);
        const bare = p95(
          await times(
            client,
            Array.from({ length: REQUESTS }, () => "/healthz"),
            (body) => body !== "",
          ),
        );
        const figures: Figure[] = [];
        for (const { name, paths, check } of questions()) {
          const value = p95(await times(client, paths, check));
          figures.push({
            name: `members: ${name}, p95 at ${MEMBERS.toLocaleString("en")} members`,
            value,
            unit: "ms",
            reference: bare,
            ratio: value / bare,
            bar: `≤ ${P95_MS_MAX} ms`,
            met: value <= P95_MS_MAX,
          });
        }
        return figures;
      } finally {
        await app.close();
        await world.close();
      }
    },
  },
];
