import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Ground } from "../../ground.ts";
import { systemClock } from "../../platform/clock.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { newestHead } from "./audit-store.ts";
import { sha256Of, signDocument, type Witnessed } from "./checkpoint.ts";
import { hostIdentity } from "./host-key.ts";
import { Receiver } from "./receiver.ts";
import { serveReceiver } from "./receiver-server.ts";
import { verifySentences } from "./sentences.ts";
import { DEFAULT_SUITE, keyId, signerOf, suiteOf, type Signer } from "./suites.ts";
import { verifyAudit } from "./verification.ts";

const USAGE = `huitou audit <command> · 审计

  verify [--checkpoints FILE|URL] [--public-key FILE] [--json]
                    check every row; with a witness's checkpoints also the end of the log
                    核对全部记录；给出见证方的检查点时，连末尾被删也能查出
                    exit code 0 intact, 1 tampered, 3 could not be checked
  receive --dir DIR [--port 8801] [--host 0.0.0.0]
                    keep checkpoints of other hosts (run it on the audit administrator's machine)
                    在审计管理员的机器上接收并保存检查点
  keygen --out NAME [--suite ed25519|sm2] [--passphrase-stdin]
                    make NAME.key.pem and NAME.pub.pem · 生成密钥对
  sign --key FILE --out FILE [--passphrase-stdin]
                    verify, then sign the newest row with your own key and add it to FILE
                    核对后，用自己的密钥给最新一条签名，追加到文件`;

export interface AuditCommandHands {
  readonly say: (line: string) => void;
  /** Opens the installation for the commands that read its log. */
  readonly withGround: (run: (ground: Ground) => Promise<void>) => Promise<void>;
}

/** `huitou audit …`. @returns the exit code. */
export async function auditCommand(args: readonly string[], hands: AuditCommandHands): Promise<number> {
  const [command = "", ...rest] = args;
  const { values } = parseArgs({
    args: rest,
    options: {
      checkpoints: { type: "string" },
      "public-key": { type: "string" },
      json: { type: "boolean", default: false },
      dir: { type: "string" },
      port: { type: "string", default: "8801" },
      host: { type: "string", default: "0.0.0.0" },
      out: { type: "string" },
      suite: { type: "string", default: DEFAULT_SUITE },
      key: { type: "string" },
      "passphrase-stdin": { type: "boolean", default: false },
    },
  });
  const passphrase = async () => (values["passphrase-stdin"] ? await standardInput() : undefined);
  if (command === "verify")
    return verifyCommand(hands, {
      checkpoints: values.checkpoints,
      public_key: values["public-key"],
      json: values.json,
    });
  if (command === "receive" && values.dir !== undefined)
    return receiveCommand(hands, values.dir, values.host, Number(values.port));
  if (command === "keygen" && values.out !== undefined)
    return keygenCommand(hands, values.out, values.suite, await passphrase());
  if (command === "sign" && values.key !== undefined && values.out !== undefined)
    return signCommand(hands, signerOf(await readFile(values.key, "utf8"), await passphrase()), values.out);
  hands.say(USAGE);
  return command === "--help" ? 0 : 2;
}

async function standardInput(): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

async function verifyCommand(
  { say, withGround }: AuditCommandHands,
  options: { checkpoints: string | undefined; public_key: string | undefined; json: boolean },
): Promise<number> {
  let code = 3;
  await withGround(async (ground) => {
    try {
      const public_pem = options.public_key === undefined ? undefined : await readFile(options.public_key, "utf8");
      const result = await verifyAudit(ground, {
        ...(options.checkpoints === undefined ? {} : { checkpoints: options.checkpoints }),
        ...(public_pem === undefined ? {} : { public_pem }),
      });
      code = result.ok ? 0 : 1;
      if (options.json) return say(JSON.stringify(result));
      for (const language of ["zh", "en"] as const) for (const line of verifySentences(result, language)) say(line);
      if (options.checkpoints !== undefined && public_pem === undefined)
        say(
          "未给 --public-key：检查点只核对了本机签名 · without --public-key only the host's own signature was checked",
        );
    } catch (error) {
      say(`无法核对 · could not be checked: ${(error as Error).message}`);
    }
  });
  return code;
}

async function receiveCommand({ say }: AuditCommandHands, dir: string, host: string, port: number): Promise<number> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, "receiver.key.pem");
  const private_pem = await readFile(file, "utf8").catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    const made = newKeyPair();
    await writeFile(file, made.private_pem, { mode: 0o600, flag: "wx" });
    await writeFile(join(dir, "receiver.pub.pem"), made.public_pem);
    return made.private_pem;
  });
  const signer = signerOf(private_pem);
  const server = serveReceiver(await Receiver.open(dir, signer, systemClock));
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  say(`审计接收端已就绪 · audit receiver ready: http://${host}:${actual}, key ${signer.key_id}`);
  const stop = () => server.close();
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  await once(server, "close");
  return 0;
}

async function keygenCommand(
  { say }: AuditCommandHands,
  name: string,
  suite: string,
  passphrase: string | undefined,
): Promise<number> {
  const { private_pem, public_pem } = newKeyPair(passphrase, suite);
  await writeFile(`${name}.key.pem`, private_pem, { mode: 0o600, flag: "wx" });
  await writeFile(`${name}.pub.pem`, public_pem, { flag: "wx" });
  say(`${name}.key.pem, ${name}.pub.pem: ${keyId(public_pem)}`);
  return 0;
}

function newKeyPair(passphrase?: string, name = DEFAULT_SUITE) {
  const suite = suiteOf(name);
  if (suite === undefined) throw new Error(`unknown signature suite ${name}; there are ed25519 and sm2`);
  return suite.generate(passphrase);
}

/** The audit administrator as the witness: no receiver is needed, only a file that is taken away. */
async function signCommand({ say, withGround }: AuditCommandHands, signer: Signer, out: string): Promise<number> {
  let code = 1;
  await withGround(async (ground) => {
    const held = await readFile(out, "utf8").catch(() => "");
    const result = await verifyAudit(ground, held === "" ? {} : { checkpoints: out, public_pem: signer.public_pem });
    for (const language of ["zh", "en"] as const) for (const line of verifySentences(result, language)) say(line);
    if (!result.ok) return;
    const line = await witness(ground, signer, held);
    if (line !== undefined) await appendFile(out, line, { mode: 0o600 });
    code = 0;
  });
  return code;
}

async function witness(ground: Ground, signer: Signer, held: string): Promise<string | undefined> {
  const host = await hostIdentity(ground);
  const head = await ground.store.read(SYSTEM_SCOPE, newestHead);
  if (head === undefined) return undefined;
  const last = held.trimEnd().split("\n").at(-1) ?? "";
  const before = last === "" ? undefined : (JSON.parse(last) as Witnessed);
  const now = ground.wall.now().toISOString();
  const checkpoint = signDocument(
    {
      format: "huitou-audit-checkpoint/1" as const,
      installation: host.installation,
      sequence: head.sequence,
      hash: head.hash,
      head_at: head.at.toISOString(),
      made_at: now,
      previous: before === undefined ? null : { sequence: before.checkpoint.sequence, hash: before.checkpoint.hash },
    },
    host.signer,
  );
  const receipt = signDocument(
    {
      format: "huitou-audit-receipt/1" as const,
      checkpoint_sha256: sha256Of(checkpoint),
      line: (before?.receipt.line ?? 0) + 1,
      previous_receipt_sha256: before === undefined ? null : sha256Of(before.receipt),
      received_at: now,
    },
    signer,
  );
  return `${JSON.stringify({ checkpoint, receipt })}\n`;
}
