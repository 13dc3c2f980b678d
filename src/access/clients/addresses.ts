import { BlockList, isIP } from "node:net";

const BITS = { 4: 32, 6: 128 } as const;

interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

/** `10.0.0.0/8` or a single address; undefined: neither. */
function networkOf(text: string): Network | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const version = isIP(address);
  if ((version !== 4 && version !== 6) || rest.length > 0 || address.includes("%")) return undefined;
  const bits = length === undefined ? BITS[version] : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (bits < 0 || bits > BITS[version]) return undefined;
  return { address, bits, family: version === 4 ? "ipv4" : "ipv6" };
}

export const isNetwork = (text: string): boolean => networkOf(text) !== undefined;

/** Whether an address lies in one of the networks; an IPv4 address that came over IPv6 is that IPv4 address. */
export function liesIn(ip: string, networks: readonly string[]): boolean {
  const version = isIP(ip);
  if (version === 0) return false;
  const list = new BlockList();
  for (const text of networks) {
    const network = networkOf(text);
    if (network !== undefined) list.addSubnet(network.address, network.bits, network.family);
  }
  return list.check(ip, version === 4 ? "ipv4" : "ipv6");
}
