import type { TestProject } from "vitest/node";
import { startServer } from "./console-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    console: { url: string; setup: string };
  }
}

const MEMBERS = 400;

/** One server for the files that ask for no other: its start and the filling of a tea house take longer than most files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer(MEMBERS);
  project.provide("console", { url: server.url, setup: server.setup });
  return () => server.stop();
}
