import {
  type Checkpoint,
  CheckpointSender,
  CHECKPOINT_SECONDS,
  hostIdentity,
  type HostIdentity,
  signatureHolds,
  type SignedChain,
  type Witnessed,
} from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { linesOf, type Loop, newUuid, startLoop } from "../../platform/index.ts";
import { setSetting, settingOf, SYSTEM_SCOPE } from "../../store/index.ts";
import { checkpointsBehind, hashesAt, LEDGER_CHAIN } from "./checkpoint-store.ts";

/** Under what the receiver keeps the ledger's checkpoints: a file of its own beside that of the audit log. */
const LEDGER_NAME = "points.ledger_name";
const ANSWER_MS_MAX = 10_000;

/** The ledger's chain under the name that it has with the receiver. */
async function ledgerChain(ground: Ground): Promise<SignedChain> {
  const installation = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(hashtext('points.ledger_name'))");
    const known = await settingOf<string>(tx, LEDGER_NAME);
    if (known !== undefined) return known;
    const made = newUuid(ground.wall.now());
    await setSetting(tx, LEDGER_NAME, made);
    return made;
  });
  return { ...LEDGER_CHAIN, installation };
}

/** Signs the ledger's chain and takes it to the receiver of the audit log. */
export async function ledgerSender(ground: Ground): Promise<CheckpointSender> {
  return new CheckpointSender(ground, await hostIdentity(ground), await ledgerChain(ground));
}

/** Runs in every `work` process. */
export async function startLedgerCheckpoints(ground: Ground): Promise<Loop> {
  const sender = await ledgerSender(ground);
  return startLoop(() => sender.round(), {
    idle_ms: CHECKPOINT_SECONDS * 1000,
    onError: (error) => ground.log.error({ error: (error as Error).message }, "ledger checkpoint not made"),
  });
}

/** What signed states say of the chain as it stands. */
export interface Signed {
  /** Checkpoints that it was compared with, those of the receiver among them. */
  readonly checkpoints: number;
  /** The newest batch that is signed. */
  readonly newest: number | null;
  /** Signed states that the chain does not have any more, or has otherwise, or whose signature does not hold. */
  readonly wrong: number;
  /** none: no receiver is set; silent: it did not answer. */
  readonly receiver: "none" | "answered" | "silent";
}

/** Signed states that are looked at together: of both, the file of a receiver and the table, there may be millions. */
const PAGE = 1_000;

/** Counts signed states, and those that the chain does not bear out. */
class Comparison {
  checkpoints = 0;
  newest = 0;
  wrong = 0;
  readonly #ground: Ground;
  readonly #host: HostIdentity;

  constructor(ground: Ground, host: HostIdentity) {
    this.#ground = ground;
    this.#host = host;
  }

  async take(page: readonly Checkpoint[]): Promise<void> {
    const { store } = this.#ground;
    const sequences = page.map(({ sequence }) => sequence);
    const hashes = await store.read(SYSTEM_SCOPE, (tx) => hashesAt(tx, sequences));
    for (const checkpoint of page) {
      const same = hashes.get(checkpoint.sequence) === checkpoint.hash;
      if (!same || !signatureHolds(checkpoint, this.#host.signer.public_pem)) this.wrong += 1;
      this.newest = Math.max(this.newest, checkpoint.sequence);
    }
    this.checkpoints += page.length;
  }
}

/** Compares the chain with every state of it that was signed, here and at the receiver. */
export async function verifySigned(ground: Ground): Promise<Signed> {
  const comparison = new Comparison(ground, await hostIdentity(ground));
  for (let after = 0; ; ) {
    const page = await ground.store.read(SYSTEM_SCOPE, (tx) => checkpointsBehind(tx, after, PAGE));
    await comparison.take(page.map(({ checkpoint, batch_id }) => ({ ...checkpoint, sequence: batch_id })));
    after = page.at(-1)?.checkpoint_id ?? after;
    if (page.length < PAGE) break;
  }
  const receiver = await compareWitnessed(ground, comparison);
  const { checkpoints, newest, wrong } = comparison;
  return { checkpoints, newest: newest === 0 ? null : newest, wrong, receiver };
}

/** The same for what the receiver saw. */
async function compareWitnessed(ground: Ground, comparison: Comparison): Promise<Signed["receiver"]> {
  const { audit_receiver } = ground.config;
  if (audit_receiver === "") return "none";
  const { installation } = await ledgerChain(ground);
  const url = new URL(`/v1/installations/${installation}/checkpoints`, audit_receiver).toString();
  let page: Checkpoint[] = [];
  try {
    for await (const line of linesOf(url, ANSWER_MS_MAX)) {
      const { checkpoint } = (line.trim() === "" ? {} : JSON.parse(line)) as Partial<Witnessed>;
      if (checkpoint !== undefined) page.push(checkpoint);
      if (page.length < PAGE) continue;
      await comparison.take(page);
      page = [];
    }
  } catch (error) {
    ground.log.error({ error: (error as Error).message }, "the receiver does not say what it saw of the ledger");
    return "silent";
  }
  await comparison.take(page);
  return "answered";
}
