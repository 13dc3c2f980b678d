import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench, Figure } from "./main.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Seconds from the command to the first page answered with the platform ready, as a newcomer waits. */
async function startOnce(data_dir: string): Promise<number> {
  const port = await freePort();
  const began = performance.now();
  const child = spawn("npm", ["start"], {
    cwd: ROOT,
    env: { ...process.env, PORT: String(port), HUITOU_DATA: data_dir, LOG_LEVEL: "error" },
    stdio: "ignore",
    detached: true,
  });
  try {
    for (;;) {
      const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
        (r) => r.ok,
        () => false,
      );
      if (
        ready &&
        (await fetch(`http://127.0.0.1:${port}/`).then(
          (r) => r.ok,
          () => false,
        ))
      )
        break;
      if (performance.now() - began > 300_000) throw new Error("npm start did not become ready within 300 s");
      await new Promise((wake) => setTimeout(wake, 50));
    }
    return (performance.now() - began) / 1000;
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    await new Promise((ended) => child.once("exit", ended));
  }
}

async function run(): Promise<readonly Figure[]> {
  const data_dir = await mkdtemp(join(tmpdir(), "huitou-bench-"));
  await chmod(data_dir, 0o755);
  try {
    const first = await startOnce(data_dir);
    const second = await startOnce(data_dir);
    return [
      { name: "start.first", value: first, unit: "s", reference: null, ratio: null, bar: "≤ 60 s", met: first <= 60 },
      {
        name: "start.second",
        value: second,
        unit: "s",
        reference: null,
        ratio: null,
        bar: "≤ 10 s",
        met: second <= 10,
      },
    ];
  } finally {
    await rm(data_dir, { recursive: true, force: true });
  }
}

export const benches: readonly Bench[] = [{ name: "start", run }];
