import { lookup as systemLookup } from "node:dns/promises";
import { type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { BlockList, isIP } from "node:net";

/**
 * Where this server may send to. What people type into the console is never enough: `hosts` are the services' own names
 * ("any" where each customer has another one), over https to public addresses only; `open` are origins that whoever runs
 * the machine named (any scheme, any address).
 */
export interface OutgoingRule {
  readonly hosts: readonly string[] | "any";
  readonly open: readonly string[];
}

export type Resolve = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export type RefusalReason = "scheme" | "host" | "address" | "credentials";

/** Nothing was sent: the address is none that this server may send to. */
export class OutgoingRefused extends Error {
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason, text: string) {
    super(text);
    this.name = "OutgoingRefused";
    this.reason = reason;
  }
}

/** No answer. `sent` is false when the other side certainly did not get it. */
export class OutgoingFailed extends Error {
  readonly sent: boolean;
  constructor(text: string, sent: boolean) {
    super(text);
    this.name = "OutgoingFailed";
    this.sent = sent;
  }
}

const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  PRIVATE.addSubnet(net, prefix, "ipv4");
// everything but the global unicast addresses of today
const GLOBAL6 = new BlockList();
GLOBAL6.addSubnet("2000::", 3, "ipv6");
const SPECIAL6 = new BlockList();
for (const [net, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
] as const)
  SPECIAL6.addSubnet(net, prefix, "ipv6");

/** Whether an address belongs to the open internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !PRIVATE.check(address, "ipv4");
  if (family !== 6) return false;
  return GLOBAL6.check(address, "ipv6") && !SPECIAL6.check(address, "ipv6");
}

const resolveBySystem: Resolve = (host) => systemLookup(host, { all: true, verbatim: true });

/**
 * The address to connect to, checked: it is connected to as it was looked up here, so that a name which changes between
 * the look and the connection gains nothing. @throws OutgoingRefused, OutgoingFailed
 */
export async function checkedAddress(
  url: URL,
  rule: OutgoingRule,
  resolve: Resolve = resolveBySystem,
): Promise<{ address: string; family: number }> {
  if (url.username !== "" || url.password !== "") throw new OutgoingRefused("credentials", "address with a password");
  const open = rule.open.includes(url.origin);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (!open) {
    if (url.protocol !== "https:") throw new OutgoingRefused("scheme", `${url.protocol} is not https:`);
    const named = rule.hosts === "any" || rule.hosts.includes(url.hostname);
    if (!named || url.port !== "") throw new OutgoingRefused("host", url.host);
  }
  const found =
    isIP(host) === 0
      ? await resolve(host).catch((error: Error) => {
          throw new OutgoingFailed(`no address for ${host}: ${error.message}`, false);
        })
      : [{ address: host, family: isIP(host) }];
  const [first] = found;
  if (first === undefined) throw new OutgoingFailed(`no address for ${host}`, false);
  // one private address among several is refused as well: which of them answers is for the name's owner to choose
  const hidden = open ? undefined : found.find(({ address }) => !isPublicAddress(address));
  if (hidden !== undefined) throw new OutgoingRefused("address", `${host} is ${hidden.address}`);
  return first;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

export interface OutgoingRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly content?: Buffer;
}

interface OutgoingOptions {
  readonly rule: OutgoingRule;
  readonly timeout_ms: number;
  readonly resolve?: Resolve;
}

const ANSWER_BYTES_MAX = 65_536;

/** Posts JSON to an address that the rule allows. Redirects are answers, never followed. @throws OutgoingRefused, OutgoingFailed */
export async function postOutgoing(target: string, body: unknown, options: OutgoingOptions): Promise<HttpAnswer> {
  const content = Buffer.from(JSON.stringify(body));
  const headers = { "content-type": "application/json; charset=utf-8", "content-length": content.length };
  return sendOutgoing(target, { method: "POST", headers, content }, options);
}

/** Asks an address that the rule allows. Redirects are answers, never followed. @throws OutgoingRefused, OutgoingFailed */
export async function sendOutgoing(
  target: string,
  { method, headers, content }: OutgoingRequest,
  options: OutgoingOptions,
): Promise<HttpAnswer> {
  if (!URL.canParse(target)) throw new OutgoingRefused("scheme", "not an address");
  const url = new URL(target);
  const { address, family } = await checkedAddress(url, options.rule, options.resolve);
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((give, fail) => {
    let written = false;
    const call = request(
      url,
      {
        method,
        agent: false,
        headers: { ...headers },
        signal: AbortSignal.timeout(options.timeout_ms),
        lookup: (_host, wants, done) => {
          if (typeof wants === "object" && wants.all === true) done(null, [{ address, family }]);
          else (done as (e: null, a: string, f: number) => void)(null, address, family);
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        answer.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > ANSWER_BYTES_MAX) answer.destroy(new Error(`answer longer than ${ANSWER_BYTES_MAX} bytes`));
          else chunks.push(chunk);
        });
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          give({ status: answer.statusCode ?? 0, text, headers: answer.headers });
        });
        answer.on("error", (error) => fail(new OutgoingFailed(error.message, true)));
      },
    );
    // from here on the other side may have it
    const begun = () => {
      written = true;
    };
    call.on("socket", (socket) => {
      if (socket.connecting) socket.once(url.protocol === "https:" ? "secureConnect" : "connect", begun);
      else begun();
    });
    call.on("error", (error) => fail(new OutgoingFailed(error.message, written)));
    call.end(content);
  });
}
