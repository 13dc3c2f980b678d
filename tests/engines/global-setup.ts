import type { TestProject } from "vitest/node";
import { fetchJars, findJava, startSpark } from "./spark-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** `missing`: why there is no Spark on this machine; empty when `url` is its address. */
    spark: { url: string; missing: string };
  }
}

/** One real Spark for the whole run. What it needs may be absent on a newcomer's machine, never where CI is set. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const java = findJava();
  const jars = java === undefined ? { missing: "no Java 17 to 21 was found" } : await fetchJars();
  if (java === undefined || "missing" in jars) {
    const missing = "missing" in jars ? jars.missing : "";
    if (process.env["CI"] === "true") throw new Error(`the engine tests cannot run: ${missing}`);
    console.log(`the engine tests are skipped: ${missing}`);
    project.provide("spark", { url: "", missing });
    return async () => {};
  }
  const server = await startSpark(java, jars.folder);
  project.provide("spark", { url: server.url, missing: "" });
  return () => server.stop();
}
