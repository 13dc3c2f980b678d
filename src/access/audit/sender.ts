import type { Ground } from "../../ground.ts";
import { postJson } from "../../platform/http-client.ts";
import { readGauge } from "../../platform/metrics.ts";
import { type Loop, startLoop } from "../../platform/timers.ts";
import { setSetting, settingOf, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { hashAt, keepCheckpoint, newestCheckpoint, newestHead, type HeadAt, type Kept } from "./audit-store.ts";
import {
  receiptHolds,
  signatureHolds,
  signDocument,
  type Checkpoint,
  type Receipt,
  type Witnessed,
} from "./checkpoint.ts";
import { systemEntry } from "./entry.ts";
import { hostIdentity, type HostIdentity } from "./host-key.ts";
import { keyId } from "./suites.ts";
import { auditWriter } from "./writer.ts";

/** How long the newest rows wait for their checkpoint, with a receiver and without one. */
export const CHECKPOINT_SECONDS = 5;
const LOCAL_CHECKPOINT_SECONDS = 60;
const ANSWER_MS_MAX = 10_000;
export const RECEIVER_STATE = "audit.receiver";

/** What is known of the receiver off the host. */
export interface ReceiverState {
  /** none: no receiver is set; forked: it holds a history that is not ours. */
  readonly state: "none" | "answering" | "silent" | "forked" | "refusing";
  readonly url: string | null;
  readonly answered_at: string | null;
  /** Since when it does not answer as it should. */
  readonly failing_since: string | null;
  readonly fault: string | null;
  /** Its key, as first seen. */
  readonly key: string | null;
}

const NOTHING: ReceiverState = {
  state: "none",
  url: null,
  answered_at: null,
  failing_since: null,
  fault: null,
  key: null,
};

interface Answered {
  readonly code?: string;
  readonly newest?: Witnessed;
  readonly receipt?: Receipt;
  readonly public_key?: string;
}

/** A chain of hashes whose states are signed and witnessed: that of the audit log, or another one. */
export interface SignedChain {
  /** Under what the receiver keeps its checkpoints. */
  readonly installation: string;
  /** The setting that keeps how its receiver stands; its turns are entries of the log under this word. */
  readonly state: string;
  head(tx: Tx): Promise<HeadAt | undefined>;
  hashAt(tx: Tx, sequence: number): Promise<string | undefined>;
  newest(tx: Tx, which?: { witnessed?: true }): Promise<Kept | undefined>;
  keep(tx: Tx, checkpoint: Checkpoint, receipt: Receipt | null, made_at: Date): Promise<void>;
}

const auditChain = ({ installation }: HostIdentity): SignedChain => ({
  installation,
  state: RECEIVER_STATE,
  head: newestHead,
  hashAt,
  newest: newestCheckpoint,
  keep: keepCheckpoint,
});

/** Signs the state of the chain and takes it to the receiver, again and again. */
export class CheckpointSender {
  readonly #ground: Ground;
  readonly #host: HostIdentity;
  readonly #chain: SignedChain;

  constructor(ground: Ground, host: HostIdentity, chain = auditChain(host)) {
    this.#ground = ground;
    this.#host = host;
    this.#chain = chain;
  }

  /** One try. @returns true when there may be more to do at once. */
  async round(): Promise<boolean> {
    const { store, config } = this.#ground;
    const { head, kept, witnessed } = await store.read(SYSTEM_SCOPE, async (tx) => ({
      head: await this.#chain.head(tx),
      kept: await this.#chain.newest(tx),
      witnessed: await this.#chain.newest(tx, { witnessed: true }),
    }));
    if (head === undefined) return false;
    if (config.audit_receiver === "") return this.#keepLocal(head, kept);
    if (head.sequence === witnessed?.checkpoint.sequence) return false;
    return this.#send(this.#sign(head, witnessed?.checkpoint));
  }

  async #send(checkpoint: Checkpoint): Promise<boolean> {
    const url = new URL("/v1/checkpoints", this.#ground.config.audit_receiver).toString();
    const sent = { checkpoint, public_key: this.#host.signer.public_pem };
    const answer = await postJson(url, sent, ANSWER_MS_MAX).catch((error: Error) => error);
    if (answer instanceof Error) return this.#fails("silent", answer.message);
    const body = (answer.body ?? {}) as Answered;
    if (body.receipt !== undefined && body.public_key !== undefined)
      return this.#keepWitnessed({ checkpoint, receipt: body.receipt }, body.public_key);
    if (answer.status !== 409) return this.#fails("refusing", `${answer.status} ${body.code ?? ""}`);
    if (body.newest === undefined) return this.#startAnew(checkpoint);
    return this.#takeUp(body.newest, body.code ?? "");
  }

  #sign(head: HeadAt, previous: Checkpoint | undefined): Checkpoint {
    return signDocument(
      {
        format: "huitou-audit-checkpoint/1" as const,
        installation: this.#chain.installation,
        sequence: head.sequence,
        hash: head.hash,
        head_at: head.at.toISOString(),
        made_at: this.#ground.wall.now().toISOString(),
        previous: previous === undefined ? null : { sequence: previous.sequence, hash: previous.hash },
      },
      this.#host.signer,
    );
  }

  /** Without a receiver the host alone signs: that binds whoever has the database but not the host's key. */
  async #keepLocal(head: HeadAt, kept: Kept | undefined): Promise<boolean> {
    const now = this.#ground.wall.now();
    const fresh = kept !== undefined && now.getTime() - kept.made_at.getTime() < LOCAL_CHECKPOINT_SECONDS * 1000;
    if (head.sequence === kept?.checkpoint.sequence || fresh) return false;
    await this.#keep(this.#sign(head, kept?.checkpoint), null);
    return false;
  }

  async #keepWitnessed({ checkpoint, receipt }: Witnessed, public_key: string): Promise<boolean> {
    const state = await receiverState(this.#ground, this.#chain.state);
    const key = keyId(public_key);
    if (!receiptHolds({ checkpoint, receipt }, public_key)) return this.#fails("refusing", "receipt not signed");
    if (state.key !== null && state.key !== key) return this.#fails("forked", `key ${key}`);
    await this.#keep(checkpoint, receipt);
    await this.#report({ state: "answering", failing_since: null, fault: null, key, answered: true });
    return false;
  }

  /** The receiver is new: what the one before it holds stays evidence of its own. */
  async #startAnew(checkpoint: Checkpoint): Promise<boolean> {
    if (checkpoint.previous === null) return this.#fails("refusing", "409");
    const { suite: _, key_id: __, signature: ___, ...rest } = checkpoint;
    return this.#send(signDocument({ ...rest, previous: null }, this.#host.signer));
  }

  /** The receiver holds more than we know of: an answer was lost on its way, or its history is not ours. */
  async #takeUp(newest: Witnessed, code: string): Promise<boolean> {
    const { checkpoint } = newest;
    const own = await this.#ground.store.read(SYSTEM_SCOPE, (tx) => this.#chain.hashAt(tx, checkpoint.sequence));
    if (own !== checkpoint.hash || !signatureHolds(checkpoint, this.#host.signer.public_pem))
      return this.#fails("forked", `${code}, ${checkpoint.sequence}`);
    await this.#keep(checkpoint, newest.receipt);
    await this.#report({ state: "answering", fault: null, answered: true });
    return true;
  }

  #keep(checkpoint: Checkpoint, receipt: Receipt | null): Promise<void> {
    return this.#ground.store.write(SYSTEM_SCOPE, (tx) =>
      this.#chain.keep(tx, checkpoint, receipt, this.#ground.wall.now()),
    );
  }

  async #fails(state: "silent" | "refusing" | "forked", fault: string): Promise<false> {
    await this.#report({ state, fault: fault.slice(0, 200) });
    return false;
  }

  /** Keeps the state; that it turned is itself an entry of the log, and what fails is an error in the service's own log. */
  async #report(change: Partial<ReceiverState> & { answered?: boolean }): Promise<void> {
    const { state: setting } = this.#chain;
    const before = await receiverState(this.#ground, setting);
    const now = this.#ground.wall.now().toISOString();
    const { answered, ...changed } = change;
    const after: ReceiverState = {
      ...before,
      url: this.#ground.config.audit_receiver,
      ...changed,
      answered_at: answered === true ? now : before.answered_at,
      failing_since: change.state === "answering" ? null : (before.failing_since ?? now),
    };
    await this.#ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, setting, after));
    if (after.state !== "answering")
      this.#ground.log.error({ state: after.state, fault: after.fault, since: after.failing_since }, setting);
    if (before.state === after.state) return;
    await auditWriter(this.#ground).append(
      systemEntry(this.#ground.wall.now(), `${setting}_${after.state}`, { fault: after.fault, key: after.key }),
    );
  }
}

export async function receiverState(ground: Ground, setting = RECEIVER_STATE): Promise<ReceiverState> {
  const kept = await ground.store.read(SYSTEM_SCOPE, (tx) => settingOf<ReceiverState>(tx, setting));
  const url = ground.config.audit_receiver;
  return url === "" ? NOTHING : { ...NOTHING, ...kept, url };
}

/** Runs in every `work` process; a gauge tells how long the receiver has been failing. */
export async function startCheckpoints(ground: Ground): Promise<Loop> {
  const sender = new CheckpointSender(ground, await hostIdentity(ground));
  readGauge(
    ground.metrics,
    "huitou_audit_receiver_failing_seconds",
    "For how long the audit receiver has not answered as it should",
    async () => {
      const { failing_since } = await receiverState(ground);
      return failing_since === null ? 0 : (ground.wall.now().getTime() - Date.parse(failing_since)) / 1000;
    },
  );
  return startLoop(() => sender.round(), {
    idle_ms: CHECKPOINT_SECONDS * 1000,
    onError: (error) => ground.log.error({ error: (error as Error).message }, "audit checkpoint not made"),
  });
}
