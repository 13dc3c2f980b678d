import { startChannelSim } from "./server.ts";

const HTTP_PORT = 8_899;
const SMTP_PORT = 8_825;

function numberAfter(args: readonly string[], name: string, otherwise: number): number {
  const at = args.indexOf(name);
  const value = at < 0 ? otherwise : Number(args[at + 1]);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new Error(`${name} wants a port`);
  return value;
}

/** `huitou channel-sim [--port 8899] [--smtp-port 8825]`: runs until it is stopped. */
export async function channelSimCommand(
  args: readonly string[],
  host: string,
  say: (line: string) => void,
): Promise<void> {
  const sim = await startChannelSim({
    host,
    port: numberAfter(args, "--port", HTTP_PORT),
    smtp_port: numberAfter(args, "--smtp-port", SMTP_PORT),
  });
  say(`channel-sim: ${sim.url} · ${sim.smtp_url}`);
  await new Promise<void>((done) => {
    process.once("SIGTERM", () => done());
    process.once("SIGINT", () => done());
  });
  await sim.stop();
}
