import type { FastifyInstance } from "fastify";
import { offerSetup, setUp } from "./access/index.ts";
import { startBackground } from "./background.ts";
import { compose, type Composition } from "./composition.ts";
import type { Config } from "./config.ts";
import { loadDomains } from "./domains.ts";
import { systemClock } from "./platform/clock.ts";
import { makeLog } from "./platform/log.ts";
import { makeServer, type ServerState } from "./server.ts";
import { setSetting, settingOf, SYSTEM_SCOPE } from "./store/index.ts";

type Say = (line: string) => void;
const say: Say = (line) => process.stdout.write(`${line}\n`);

const USAGE = `huitou <command>

  all [--empty]     HTTP server and background work in one process (npm start)
  serve             HTTP server only
  work              background work only
  migrate           bring the database to the newest version
  setup --brand NAME --name NAME --email E --password-stdin
                    first-run set-up without a browser
  import FILE …     import a file (huitou import --help)
  generate [--check] write openapi.json and the reference pages, or say which are stale`;

/** Runs one command to its end. */
export async function main(args: readonly string[], config: Config): Promise<void> {
  const [command = "all", ...rest] = args;
  switch (command) {
    case "all":
      return runServer(config, { http: true, work: true, seed: !rest.includes("--empty") });
    case "serve":
      return runServer(config, { http: true, work: false, seed: false });
    case "work":
      return runServer(config, { http: false, work: true, seed: false });
    case "migrate":
      return withComposition(config, async () => say("migrated"));
    case "setup":
      return withComposition(config, (composition) => setUpByCommand(composition, rest));
    case "import":
      return withComposition(config, async ({ ground }) => {
        const { importCommand } = await import("./ingest/index.ts");
        process.exitCode = await importCommand(ground, rest, say);
      });
    case "generate":
      return withComposition(config, async (composition) => {
        const { generate, staleFiles } = await import("./generate.ts");
        if (!rest.includes("--check")) return generate(composition, say);
        const stale = await staleFiles(composition);
        for (const file of stale) say(`stale: ${file} (run npm run generate)`);
        if (stale.length > 0) process.exitCode = 1;
      });
    default:
      say(USAGE);
      process.exitCode = command === "--help" || command === "help" ? 0 : 2;
  }
}

async function open(config: Config): Promise<Composition> {
  const log = makeLog(config.log_level);
  return compose({ config, clock: systemClock, log, domains: await loadDomains() });
}

async function withComposition(config: Config, run: (composition: Composition) => Promise<void>): Promise<void> {
  const composition = await open({ ...config, log_level: "warn" });
  try {
    await run(composition);
  } finally {
    await composition.close();
  }
}

async function runServer(config: Config, parts: { http: boolean; work: boolean; seed: boolean }): Promise<void> {
  const composition = await open(config);
  const { ground } = composition;
  const state: ServerState = { ready: false };
  let app: FastifyInstance | undefined;
  if (parts.http) {
    app = await makeServer(composition, state);
    await app.listen({ port: config.port, host: config.host });
    say(`Huitou 回头: ${config.public_url}`);
  }
  const stopBackground = parts.work ? await startBackground(composition) : async () => {};
  let stopping: Promise<void> | undefined;
  const stop = (signal: string) => {
    stopping ??= (async () => {
      ground.log.info({ signal }, "stopping");
      state.ready = false;
      await app?.close();
      await stopBackground();
      await composition.close();
      process.exit(0);
    })();
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
  if (parts.seed) await seedOnce(composition);
  for (const domain of parts.work ? composition.domains : []) await domain.ready?.(ground);
  if (stopping !== undefined) return;
  state.ready = true;
  if (parts.http) {
    const token = await offerSetup(ground);
    if (token !== undefined) say(`set-up: ${config.public_url}/setup?token=${token}`);
    say("ready");
  }
}

/** Fills a fresh installation with the example world, once; `--empty` skips it for good. */
async function seedOnce({ ground }: Composition): Promise<void> {
  const done = await ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<string>(tx, "seeded"));
  if (done !== undefined) return;
  const { seedWorld } = await import("../examples/tea-house/seed.ts");
  say("Filling in the example world … · 正在生成示例数据");
  await seedWorld(ground, { members: ground.config.demo_members, seed: 1 });
  await ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, "seeded", ground.clock.now().toISOString()));
}

async function setUpByCommand({ ground }: Composition, args: readonly string[]): Promise<void> {
  const value = (name: string): string => {
    const text = args[args.indexOf(`--${name}`) + 1];
    return args.includes(`--${name}`) && text !== undefined ? text : "";
  };
  if (!args.includes("--password-stdin") || value("email") === "") {
    say(USAGE);
    process.exitCode = 2;
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const password = Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
  const name = value("name") || value("email");
  await setUp(ground, { brand_name: value("brand") || "Huitou", name, email: value("email"), password }, undefined);
  say("set up");
}
