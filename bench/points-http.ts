import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { newKey, prefixOf } from "../src/access/clients/client.ts";
import type { Ground } from "../src/ground.ts";
import { hashSecret } from "../src/platform/ids.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";

const SERVER = fileURLToPath(new URL("./points-server.ts", import.meta.url));
/** Programs that take their turns at one client, because each may call 6,000 times in a minute. */
const PROGRAMS_A_CLIENT = 3;
/** A server that has just started compiles what it runs; it is not what tills meet. */
const WARM_SECONDS = 3;

export interface Load {
  readonly rate: number;
  readonly p99_ms: number;
  readonly refused: number;
}

interface Asked {
  readonly clients: number;
  readonly seconds: number;
  /** Numbers from 1, each a member that has points. */
  readonly members: number;
  readonly data_dir: string;
}

/**
 * Redemptions at the interface, by tills with a key each: signed in, permitted, judged by the rows they may see, written down
 * before and after. The clients speak HTTP/1.1 over sockets that stay open; a client of Node's own would take as long as the server.
 */
export async function loadOverHttp(ground: Ground, asked: Asked): Promise<Load> {
  const keys = await makePrograms(ground, asked.clients * PROGRAMS_A_CLIENT);
  const server = spawn(process.execPath, [SERVER], {
    env: { ...process.env, HUITOU_DATA: asked.data_dir },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const port = await portOf(server);
    await rush(port, keys, { ...asked, seconds: WARM_SECONDS });
    return await rush(port, keys, asked);
  } finally {
    server.kill("SIGTERM");
    await once(server, "exit");
  }
}

async function portOf(server: ChildProcess): Promise<number> {
  const [line] = (await once(server.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  return Number(line.toString());
}

/** Programs of an owner that may redeem. */
async function makePrograms(ground: Ground, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, newKey);
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    tx.query(
      `with owner as (
         insert into access.person (name, email, role, created_at) values ('bench', 'bench@example.com', 'owner', now()) returning person_id
       ), made as (
         insert into access.client (name, owner_id, permissions, addresses, rate_per_minute, made_by, made_at)
         select 'bench ' || n, person_id, '{points.redeem}', '{}', 6000, person_id, now() from owner, generate_series(1, $1::int) n
         returning client_id, made_by, name
       )
       insert into access.client_key (client_id, prefix, key_hash, made_by, made_at, expires_at)
       select client_id, k.prefix, k.hash, made_by, now(), now() + interval '1 day'
       from made join unnest($2::text[], $3::bytea[]) with ordinality k (prefix, hash, n) on made.name = 'bench ' || k.n`,
      [count, keys.map(prefixOf), keys.map(hashSecret)],
    ),
  );
  return keys;
}

let numbers = 0;

async function rush(port: number, keys: readonly string[], { clients, seconds, members }: Asked): Promise<Load> {
  const took: number[] = [];
  let refused = 0;
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: clients }, async (_, at) => {
      const socket = connect(port, "127.0.0.1").setNoDelay(true);
      await once(socket, "connect");
      for (let turn = 0; performance.now() < until; turn += 1) {
        numbers += 1;
        const key = keys[at * PROGRAMS_A_CLIENT + (turn % PROGRAMS_A_CLIENT)] ?? "";
        const member_id = 1 + Math.floor(Math.random() * members);
        const began = performance.now();
        const status = await ask(socket, key, numbers, member_id);
        if (status === 200) took.push(performance.now() - began);
        else refused += 1;
      }
      socket.destroy();
    }),
  );
  took.sort((a, b) => a - b);
  return {
    rate: took.length / seconds,
    p99_ms: took[Math.floor(took.length * 0.99)] ?? Number.NaN,
    refused,
  };
}

/** @returns the status of the answer, when all of it is there */
function ask(socket: Socket, key: string, number: number, member_id: number): Promise<number> {
  const body = JSON.stringify({ member_id, points: 1, reference: `http ${number}` });
  socket.write(
    `POST /api/points/redemptions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${key}\r\nidempotency-key: http ${number}\r\n` +
      `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return new Promise((resolve, reject) => {
    let text = "";
    const ended = () => reject(new Error("the server closed a connection"));
    socket.once("close", ended);
    socket.on("data", (part: Buffer) => {
      text += part.toString("latin1");
      const head = text.indexOf("\r\n\r\n");
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (head < 0 || text.length < head + 4 + length) return;
      socket.removeAllListeners("data");
      socket.off("close", ended);
      resolve(Number(text.slice(9, 12)));
    });
  });
}
