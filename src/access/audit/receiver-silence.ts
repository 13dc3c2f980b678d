import type { Ground } from "../../ground.ts";
import { type Reading, setSetting, settingOf, type Tx } from "../../store/index.ts";
import { RECEIVER_STATE, type ReceiverState } from "./sender.ts";

/** An address that no receiver has: the state of one that is silent for the sake of a drill. */
const SYNTHETIC_URL = "synthetic:";
const MINUTE_MS = 60_000;

/** For how many minutes the receiver has failed; nothing where none is set. */
export async function receiverFaults(tx: Tx, ground: Ground, at: Date): Promise<readonly Reading[]> {
  const state = await settingOf<ReceiverState>(tx, RECEIVER_STATE);
  if (state === undefined || state.url === null) return [];
  if (state.url !== ground.config.audit_receiver && state.url !== SYNTHETIC_URL) return [];
  const since = state.failing_since;
  const value = since === null ? 0 : Math.max(0, Math.floor((at.getTime() - Date.parse(since)) / MINUTE_MS));
  return [{ part: "", value }];
}

export async function silentReceiver(tx: Tx, since: Date): Promise<void> {
  await setSetting(tx, RECEIVER_STATE, {
    state: "silent",
    url: SYNTHETIC_URL,
    answered_at: null,
    failing_since: since.toISOString(),
    fault: null,
    key: null,
  } satisfies ReceiverState);
}
