import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, open, readFile, rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { SparkConnect } from "../../src/lake/spark/connect-client.ts";

const PROJECT = join(import.meta.dirname, "pom.xml");
/** Spark 4.0 runs on these; later ones have lost what Hadoop's log-in needs. */
const JAVA_MIN = 17;
const JAVA_MAX = 21;
const HEAP = "1536m";
const START_SECONDS_MAX = 120;
const DOWNLOADS_MAX = 2;

/** What Spark's own start script opens to it. */
const OPENED = [
  "java.lang",
  "java.lang.invoke",
  "java.lang.reflect",
  "java.io",
  "java.net",
  "java.nio",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "sun.nio.ch",
  "sun.nio.cs",
  "sun.security.action",
  "sun.util.calendar",
];

export interface SparkServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Java that Spark can run on: JAVA_HOME, the PATH, or where systems install several. */
export function findJava(): string | undefined {
  const home = process.env["JAVA_HOME"];
  const installed = "/usr/lib/jvm";
  const candidates = [
    ...(home === undefined || home === "" ? [] : [join(home, "bin", "java")]),
    ...(process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "java")),
    ...(existsSync(installed) ? readdirSync(installed).map((name) => join(installed, name, "bin", "java")) : []),
  ];
  return candidates.find((java) => {
    if (!existsSync(java)) return false;
    const version = /version "(\d+)/.exec(spawnSync(java, ["-version"], { encoding: "utf8" }).stderr ?? "")?.[1];
    return Number(version) >= JAVA_MIN && Number(version) <= JAVA_MAX;
  });
}

/** Where the jars of this pom.xml are kept between runs: HUITOU_ENGINES_CACHE, else the person's cache folder. */
function jarFolder(pom: string): string {
  const given = process.env["HUITOU_ENGINES_CACHE"] ?? "";
  const root = given === "" ? join(homedir(), ".cache", "huitou-engines") : given;
  return join(root, `spark-${createHash("sha256").update(pom).digest("hex").slice(0, 12)}`);
}

/** The folder of the jars; fetched with Maven at the first run, tried twice. @returns a sentence when they cannot be had */
export async function fetchJars(): Promise<{ folder: string } | { missing: string }> {
  const folder = jarFolder(await readFile(PROJECT, "utf8"));
  if (existsSync(folder)) return { folder };
  await mkdir(join(folder, ".."), { recursive: true });
  let failure = "";
  for (let attempt = 1; attempt <= DOWNLOADS_MAX; attempt += 1) {
    const part = await mkdtemp(`${folder}.part-`);
    const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${part}`, "-DincludeScope=runtime"];
    console.log(`fetching Spark's jars with Maven into ${folder}${attempt === 1 ? "" : " (second try)"}`);
    const run = spawnSync("mvn", ["-B", "-q", "-f", PROJECT, ...goal], { encoding: "utf8" });
    if (run.status === 0) {
      await rename(part, folder);
      return { folder };
    }
    await rm(part, { recursive: true, force: true });
    if (run.error !== undefined) return { missing: "Maven (mvn) is not installed" };
    failure = `${run.stdout}\n${run.stderr}`.trim().split("\n").slice(0, 3).join(" ");
  }
  return { missing: `Maven could not fetch Spark's jars: ${failure}` };
}

/** Starts Spark Connect on a free port and waits until it answers. Whatever happens, nothing is left running. */
export async function startSpark(java: string, jars: string): Promise<SparkServer> {
  const folder = await mkdtemp(join(tmpdir(), "huitou-spark-"));
  const port = await freePort();
  const place = join(folder, "spark.log");
  const log = await open(place, "w");
  const settings = {
    "spark.master": "local[2]",
    "spark.app.name": "huitou-engines",
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": String(port),
    "spark.local.dir": folder,
    "spark.sql.warehouse.dir": join(folder, "warehouse"),
    "spark.sql.shuffle.partitions": "1",
  };
  const options = [
    ...OPENED.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
    "-Djdk.reflect.useDirectMethodHandle=false",
    "-Dio.netty.tryReflectionSetAccessible=true",
    `-Xmx${HEAP}`,
    "-Xss8m",
    "-XX:+UseSerialGC",
    // the second compiler would work for minutes on code that runs once: a third of all the time
    "-XX:TieredStopAtLevel=1",
    "-Duser.timezone=UTC",
    `-Djava.io.tmpdir=${folder}`,
    ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
  ];
  const main = "org.apache.spark.sql.connect.service.SparkConnectServer";
  // when this process ends in whatever way, its end of the pipe closes, and the server is killed
  const guard = 'exec 3<&0; "$@" </dev/null & pid=$!; (cat <&3 >/dev/null; kill -9 $pid 2>/dev/null) & wait $pid';
  const child = spawn("sh", ["-c", guard, "sh", java, ...options, "-cp", join(jars, "*"), main], {
    cwd: folder,
    stdio: ["pipe", log.fd, log.fd],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let running = true;
  void ended.then(() => {
    running = false;
  });
  const stop = async () => {
    child.stdin?.end();
    await ended;
    await log.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const url = `sc://127.0.0.1:${port}`;
  try {
    await untilItAnswers(url, () => running);
  } catch (error) {
    const lines = (await readFile(place, "utf8")).trim().split("\n").slice(-15).join("\n");
    await stop();
    throw new Error(`Spark did not start: ${String(error)}\n${lines}`, { cause: error });
  }
  return { url, stop };
}

async function untilItAnswers(url: string, running: () => boolean): Promise<void> {
  const connect = await SparkConnect.open(url);
  try {
    for (const end = performance.now() + START_SECONDS_MAX * 1000; ; await pause(300)) {
      try {
        await connect.execute("select 1");
        return;
      } catch (error) {
        if (!running()) throw new Error("the process ended", { cause: error });
        if (performance.now() > end) throw new Error(`no answer in ${START_SECONDS_MAX} s`, { cause: error });
      }
    }
  } finally {
    await connect.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
