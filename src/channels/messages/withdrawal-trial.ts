import type { Ground } from "../../ground.ts";
import { sayConsents } from "../../members/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { CARRIERS } from "./carriers.ts";
import type { Verdict } from "./decide.ts";
import { gateVerdict } from "./gate.ts";
import { CONSENT_MEDIA, CONSENT_PURPOSE } from "./policy.ts";
import { trialMembers, trialTemplates } from "./withdrawal-store.ts";

/** What the gate says to a marketing message of a member who has agreed, and to the same one after the member withdrew. */
export interface WithdrawalTrial {
  readonly channel: string;
  readonly agreed: string;
  readonly withdrawn: string;
  /** Let out (now or when the quiet hours end) before, held for want of consent after. */
  readonly works: boolean;
}

class Undone extends Error {}

/**
 * Lets real members agree and withdraw and asks the gate in between, in a transaction that is undone, until one was let out
 * before. @returns undefined: there is no approved marketing template, or nobody whom one could reach
 */
export async function withdrawalTrial(ground: Ground): Promise<WithdrawalTrial | undefined> {
  let found: WithdrawalTrial | undefined;
  await ground.store
    .write(SYSTEM_SCOPE, async (tx) => {
      found = await tryWithdrawals(tx, ground);
      throw new Undone();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undone)) throw error;
    });
  return found;
}

async function tryWithdrawals(tx: Tx, ground: Ground): Promise<WithdrawalTrial | undefined> {
  let last: WithdrawalTrial | undefined;
  const templates = await trialTemplates(tx);
  const members = templates.length === 0 ? [] : await trialMembers(tx);
  for (const { template, channel } of templates)
    for (const member_id of members) {
      const carrier = CARRIERS.find((one) => one.channel === channel);
      const medium = CONSENT_MEDIA[channel];
      if (carrier === undefined || medium === null) continue;
      const message = { message_id: 0, source: "trial", effect_key: "withdrawal", member_id, channel, template };
      const ask = () =>
        gateVerdict(ground, tx, carrier, {
          ...message,
          variables: {},
          priority: 5,
          valid_until: null,
          attempts: 0,
          test_version: null,
        });
      const say = (granted: boolean) =>
        sayConsents(
          tx,
          ground,
          member_id,
          [{ purpose: CONSENT_PURPOSE.marketing, medium, granted, text_version: null }],
          {
            person_id: null,
            reason: "trial",
            now: ground.clock.now(),
            via: "trial",
          },
        );
      await say(true);
      const agreed = await ask();
      await say(false);
      const withdrawn = await ask();
      const works = agreed.kind !== "held" && word(withdrawn) === "no_consent";
      last = { channel, agreed: word(agreed), withdrawn: word(withdrawn), works };
      // held for another reason before: nothing is shown by it, the next one is asked
      if (agreed.kind !== "held") return last;
    }
  return last;
}

const word = (verdict: Verdict): string => (verdict.kind === "held" ? verdict.reason : verdict.kind);
