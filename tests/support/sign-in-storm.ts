import { Agent, request } from "node:http";

export interface Reply {
  readonly status: number;
  readonly code: string;
  readonly ms: number;
}

/** Somebody who signs in over connections of their own, as a proxy passes it on from an address. */
export class Knocker {
  readonly #port: number;
  readonly #agent: Agent;
  constructor(port: number, connections: number) {
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }
  close = () => this.#agent.destroy();

  signIn(email: string, password: string, address: string): Promise<Reply> {
    const body = JSON.stringify({ email, password });
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "x-forwarded-for": address,
      };
      const where = { agent: this.#agent, port: this.#port, path: "/api/session", method: "POST", headers };
      const asked = request(where, (answer) => {
        let text = "";
        answer.on("data", (piece: Buffer) => (text += piece.toString("utf8")));
        answer.on("end", () => {
          const code = (JSON.parse(text) as { code?: string }).code ?? "";
          resolve({ status: answer.statusCode ?? 0, code, ms: performance.now() - began });
        });
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }
}

export const addressOf = (n: number) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;

/** So many attempts, so many at once. @returns how many answers there were of each code */
export async function storm(
  count: number,
  at_once: number,
  attempt: (n: number) => Promise<Reply>,
): Promise<Record<string, number>> {
  const codes: Record<string, number> = {};
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const { code, status } = await attempt((next += 1));
      const name = code === "" ? String(status) : code;
      codes[name] = (codes[name] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: at_once }, worker));
  return codes;
}

/** Acts one after another while something goes on, so often at most. */
export async function meanwhile<Result>(
  going: Promise<Result>,
  { times_max, act }: { readonly times_max: number; readonly act: (n: number) => Promise<Reply> },
): Promise<{ readonly result: Result; readonly replies: Reply[] }> {
  const replies: Reply[] = [];
  let over = false;
  const done = going.finally(() => (over = true));
  for (let n = 0; n < times_max && (!over || n < 4); n += 1) replies.push(await act(n));
  return { result: await done, replies };
}

/** What was measured, for whoever reads the run: no test is decided by it. */
export function told(codes: Record<string, number>, replies: readonly Reply[], began: number): string {
  const times = replies.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? Number.NaN).toFixed(0);
  return (
    `${JSON.stringify(codes)} in ${((performance.now() - began) / 1000).toFixed(1)} s; ` +
    `${replies.length} log-ins of others meanwhile, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms; ` +
    `memory ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`
  );
}
