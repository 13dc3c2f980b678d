import type { FastifyInstance } from "fastify";
import {
  auditCommand,
  auditedCommand,
  invite,
  type NamedPerson,
  offerSetup,
  RESET_MINUTES,
  resetByCommand,
  setUp,
  setUpAdministrators,
} from "./access/index.ts";
import { startBackground } from "./background.ts";
import { compose, type Composition } from "./composition.ts";
import type { Config } from "./config.ts";
import { fillDemo, liveRateOf, requireDemo, type RunningDemo, startDemo, startDemoChannels } from "./demo.ts";
import { loadDomains } from "./domains.ts";
import type { Ground } from "./ground.ts";
import { systemClock } from "./platform/clock.ts";
import { makeLog } from "./platform/log.ts";
import { Problem, sentence } from "./platform/errors.ts";
import { makeServer, type ServerState } from "./server.ts";

type Say = (line: string) => void;
const say: Say = (line) => process.stdout.write(`${line}\n`);

const USAGE = `huitou <command>

  all               HTTP server and background work in one process (npm start)
    --empty         without the example world, for good
    --live[=60]     the example world goes on, in real time or so many times faster
  serve             HTTP server only
  work              background work only
  migrate           bring the database to the newest version
  setup --brand NAME --name NAME --email E --password-stdin
                    first-run set-up without a browser: one owner
  setup --brand NAME --system "NAME <E>" --security "NAME <E>" --audit "NAME <E>"
                    first-run set-up with three separated administrators; prints a one-time link for each
  invite --role ROLE --name NAME --email E
                    a one-time link for one more person, where nobody in the console may give the role
  import FILE …     import a file (huitou import --help)
  reset-access --email E [--factors]
                    a one-time link for a person who lost their password; --factors: takes their second factors away too
  assess            self-assessment now, with what is not met (--json FILE signed, --xlsx FILE)
  channel-sim       a server that speaks what alerts are sent to (channel-sim/README.md)
    --port 8899 --smtp-port 8825
  audit COMMAND …   verify the audit log, receive checkpoints (huitou audit --help)
  ledger verify     look at the whole points ledger: chain, balances, sum
  keys COMMAND      state and rotation of the master key, another index key (huitou keys --help)
  backup, restore   back up while working, restore, try a restore (huitou backup --help)
  generate [--check] write openapi.json and the reference pages, or say which are stale`;

/** Refusals that need no trace: what is wrong and what to do is in their sentence. */
const SAID_PLAINLY = /^(demo|recovery|vault)\./;

/** Runs one command to its end; what it refuses is said in a sentence. */
export async function main(args: readonly string[], config: Config): Promise<void> {
  try {
    await run(args, config);
  } catch (error) {
    if (!(error instanceof Problem) || !SAID_PLAINLY.test(error.code)) throw error;
    for (const language of ["zh", "en"] as const)
      process.stderr.write(`${sentence(error.code, error.params, language)}\n`);
    process.exitCode = 2;
  }
}

async function run(args: readonly string[], config: Config): Promise<void> {
  const [command = "all", ...rest] = args;
  switch (command) {
    case "all":
      return runServer(config, { http: true, work: true, ...demoParts(rest) });
    case "serve":
      return runServer(config, { http: true, work: false });
    case "work":
      return runServer(config, { http: false, work: true });
    case "migrate":
      return withComposition(config, async () => say("migrated"));
    case "setup":
      return withComposition(config, (composition) => setUpByCommand(composition, rest));
    case "invite":
      return withComposition(config, ({ ground }) => sayRefusal(() => inviteByHand(ground, optionIn(rest))));
    case "reset-access":
      return withComposition(config, (composition) => resetByHand(composition, rest));
    case "import":
      return withComposition(config, async ({ ground }) => {
        const { importCommand } = await import("./ingest/index.ts");
        await auditedCommand(ground, "command.import", async () => {
          process.exitCode = await importCommand(ground, rest, say);
          return process.exitCode === 0;
        });
      });
    case "audit":
      process.exitCode = await auditCommand(rest, {
        say,
        withGround: (work) => withComposition(config, ({ ground }) => work(ground)),
      });
      return;
    case "ledger":
      return withComposition(config, async ({ ground }) => {
        const { ledgerCommand } = await import("./points/index.ts");
        process.exitCode = await ledgerCommand(ground, rest, say);
      });
    case "keys":
      if (rest[0] === "exchange-index") {
        const { exchangeIndexCommand } = await import("./exchange-command.ts");
        return exchangeIndexCommand(config, say);
      }
      return withComposition(config, ({ ground }) => keys(ground, rest));
    case "assess":
      return withComposition(config, (composition) => assessByHand(composition, rest));
    case "channel-sim": {
      const { channelSimCommand } = await import("../channel-sim/command.ts");
      return channelSimCommand(rest, config.host, say);
    }
    case "backup":
      return withComposition(config, (composition) => backup(composition, rest));
    case "restore": {
      const { restoreCommand } = await import("./recovery-commands.ts");
      process.exitCode = await restoreCommand(config, rest, say);
      return;
    }
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

/** What changes the keys is an act; looking is not. */
async function keys(ground: Ground, args: readonly string[]): Promise<void> {
  const { keysCommand } = await import("./vault/index.ts");
  const work = async () => {
    process.exitCode = await keysCommand(ground, args, say);
    return process.exitCode === 0;
  };
  if (args[0] === "rotate") await auditedCommand(ground, "command.keys", work);
  else await work();
}

async function backup(composition: Composition, args: readonly string[]): Promise<void> {
  const { backupCommand } = await import("./recovery-commands.ts");
  await auditedCommand(composition.ground, "command.backup", async () => {
    process.exitCode = await backupCommand(composition, args, say);
    return process.exitCode === 0;
  });
}

/** Several proofs ask the server itself, so that there has to be one. */
async function assessByHand(composition: Composition, args: readonly string[]): Promise<void> {
  const { assessCommand } = await import("./trust/index.ts");
  const app = await makeServer(composition, { ready: true });
  await app.ready();
  await auditedCommand(composition.ground, "command.assess", async () => {
    process.exitCode = await assessCommand(composition.ground, args, say);
    return true;
  });
  await app.close();
}

function demoParts(args: readonly string[]): Pick<Parts, "demo" | "live_rate"> {
  return { demo: args.includes("--empty") ? "never" : "once", live_rate: liveRateOf(args) };
}

async function open(config: Config, live_rate?: number): Promise<Composition> {
  const log = makeLog(config.log_level);
  return compose({ config, clock: systemClock, log, domains: await loadDomains(), live_rate });
}

async function withComposition(config: Config, run: (composition: Composition) => Promise<void>): Promise<void> {
  const composition = await open({ ...config, log_level: "warn" });
  try {
    await run(composition);
  } finally {
    await composition.close();
  }
}

interface Parts {
  readonly http: boolean;
  readonly work: boolean;
  /** Whether a fresh installation is filled with the example world; processes that only serve or work leave it alone. */
  readonly demo?: "once" | "never";
  readonly live_rate?: number | undefined;
}

async function runServer(config: Config, parts: Parts): Promise<void> {
  const composition = await open(config, parts.live_rate);
  const { ground } = composition;
  if (parts.live_rate !== undefined) await requireDemo(ground).catch((error) => closeAndThrow(composition, error));
  const state: ServerState = { ready: false };
  let app: FastifyInstance | undefined;
  if (parts.http) {
    app = await makeServer(composition, state);
    await app.listen({ port: config.port, host: config.host });
    say(`Huitou 回头: ${config.public_url}`);
  }
  let stopBackground = async () => {};
  let live: RunningDemo | undefined;
  let channels: (() => Promise<void>) | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (signal: string) => {
    stopping ??= (async () => {
      ground.log.info({ signal }, "stopping");
      state.ready = false;
      await live?.quiet();
      await app?.close();
      await stopBackground();
      await live?.stop();
      await channels?.();
      await composition.close();
      process.exit(0);
    })();
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
  // what computes begins on a filled world: beside the filling it computed every member nine times over
  if (parts.demo !== undefined) await fillDemo(ground, parts.demo === "once", say);
  if (stopping !== undefined) return;
  if (parts.work) stopBackground = await startBackground(composition);
  if (parts.demo !== undefined) channels = await startDemoChannels(ground, say);
  for (const domain of parts.work ? composition.domains : []) await domain.ready?.(ground);
  if (stopping !== undefined) return;
  if (parts.live_rate !== undefined) live = await startDemo(ground, say);
  state.ready = true;
  if (parts.http) {
    const token = await offerSetup(ground);
    if (token !== undefined) say(`set-up: ${config.public_url}/setup?token=${token}`);
    say("ready");
  }
}

async function closeAndThrow(composition: Composition, error: unknown): Promise<never> {
  await composition.close();
  throw error;
}

const optionIn =
  (args: readonly string[]) =>
  (name: string): string => {
    const text = args[args.indexOf(`--${name}`) + 1];
    return args.includes(`--${name}`) && text !== undefined ? text : "";
  };

/** For an owner who lost their access, and everybody else without a colleague who could help. */
async function resetByHand({ ground }: Composition, args: readonly string[]): Promise<void> {
  const email = optionIn(args)("email");
  if (email === "") {
    say(USAGE);
    process.exitCode = 2;
    return;
  }
  await auditedCommand(ground, "command.reset_access", async (subject) => {
    const { person_id, link, removed } = await resetByCommand(ground, email, args.includes("--factors"));
    Object.assign(subject, { person_id, factors_removed: removed });
    say(`reset (${RESET_MINUTES} min): ${link}`);
    return true;
  }).catch(refused);
}

/** What is wrong and what to do, in both languages. */
function refused(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
  for (const language of ["zh", "en"] as const)
    process.stderr.write(`${sentence(error.code, error.params, language)}\n`);
  process.exitCode = 1;
}

const sayRefusal = (work: () => Promise<void>): Promise<void> => work().catch(refused);

/** "林晓 <lin@tea.cn>" → name and address. */
function namedPerson(text: string): NamedPerson {
  const parts = /^\s*(.*?)\s*<\s*([^<>]+?)\s*>\s*$/.exec(text);
  return { name: parts?.[1] ?? "", email: parts?.[2] ?? text };
}

async function setUpThree(ground: Ground, value: (name: string) => string): Promise<void> {
  const administrators = {
    system_admin: namedPerson(value("system")),
    security_admin: namedPerson(value("security")),
    audit_admin: namedPerson(value("audit")),
  };
  const given = { brand_name: value("brand") || "Huitou", administrators };
  await auditedCommand(ground, "command.setup", async (subject) => {
    const invited = await setUpAdministrators(ground, given, undefined);
    subject["person_ids"] = invited.map(({ person_id }) => person_id);
    for (const { role, name, link } of invited) say(`${role} ${name}: ${link}`);
    return true;
  });
}

async function inviteByHand(ground: Ground, value: (name: string) => string): Promise<void> {
  const person = { name: value("name") || value("email"), email: value("email"), role: value("role") };
  await auditedCommand(ground, "command.invite", async (subject) => {
    const { person_id, link } = await invite(ground, null, person);
    Object.assign(subject, { person_id, role: person.role });
    say(`${person.role} ${person.name}: ${link}`);
    return true;
  });
}

async function setUpByCommand({ ground }: Composition, args: readonly string[]): Promise<void> {
  const value = optionIn(args);
  if (args.includes("--system")) return sayRefusal(() => setUpThree(ground, value));
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
  const first = { brand_name: value("brand") || "Huitou", name, email: value("email"), password };
  await auditedCommand(ground, "command.setup", async () => (await setUp(ground, first, undefined)) > 0);
  say("set up");
}
