import { readdir, readFile, readlink } from "node:fs/promises";

/** A port on which this very process listens. */
export interface Listening {
  readonly address: string;
  readonly port: number;
}

const LISTEN = "0A";

/** Reads /proc: ports of this process on Linux. @throws on systems that have none */
export async function listeningPorts(): Promise<Listening[]> {
  const own = await ownSockets();
  const found: Listening[] = [];
  for (const file of ["/proc/self/net/tcp", "/proc/self/net/tcp6"]) {
    const lines = (await readFile(file, "utf8").catch(() => "")).split("\n").slice(1);
    for (const line of lines) {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      if (state !== LISTEN || !own.has(inode)) continue;
      const [address = "", port = "0"] = local.split(":");
      found.push({ address: addressOf(address), port: Number.parseInt(port, 16) });
    }
  }
  return found;
}

async function ownSockets(): Promise<ReadonlySet<string>> {
  const inodes = new Set<string>();
  for (const name of await readdir("/proc/self/fd")) {
    const target = await readlink(`/proc/self/fd/${name}`).catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/** "0100007F" is 127.0.0.1; of IPv6 only whether it is this machine, every address, or another one. */
function addressOf(hex: string): string {
  if (hex.length === 8) return [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(".");
  if (/^0+$/.test(hex)) return "::";
  return hex === "00000000000000000000000001000000" ? "::1" : hex.toLowerCase();
}
