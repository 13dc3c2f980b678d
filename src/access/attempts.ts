import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { hasLeft, type PersonRow, personById } from "./access-store.ts";
import { type Asker, passwordTurns } from "./password-turns.ts";
import { checkPassword } from "./passwords.ts";
import { type SecurityPolicy, securityPolicy } from "./policy.ts";

/** What was tried: each is counted and locked by itself, and only its own success clears it. */
export type Attempted = "password" | "factor";

const COLUMNS = {
  password: { failures: "failed_attempts", until: "locked_until" },
  factor: { failures: "factor_failures", until: "factor_locked_until" },
} as const;

/** Throws access.locked while too many wrong attempts of this kind keep the person out. */
export function requireUnlocked(person: PersonRow | undefined, what: Attempted, now: Date): void {
  const until = person?.[COLUMNS[what].until];
  if (until == null || until <= now) return;
  throw problem("access.locked", { minutes: Math.ceil((until.getTime() - now.getTime()) / 60_000) });
}

/**
 * One attempt under the lock of its person's row, so that of many at once no more are judged than the policy allows.
 * @param judge gives undefined when the attempt was wrong; what it gives else clears the count
 * @returns what `judge` gave; a wrong attempt is counted in the same transaction
 * @throws access.locked
 */
export async function attempt<Right>(
  ground: Ground,
  person_id: number,
  what: Attempted,
  judge: (tx: Tx, person: PersonRow) => Promise<Right | undefined>,
): Promise<Right | undefined> {
  const now = ground.wall.now();
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await tx.query("select 1 from access.person where person_id = $1 for update", [person_id]);
    const person = await personById(tx, person_id);
    if (person === undefined || hasLeft(person, now)) return undefined;
    requireUnlocked(person, what, now);
    const right = await judge(tx, person);
    if (right === undefined) await countFailure(tx, person_id, what, await securityPolicy(tx), now);
    else await clearFailures(tx, person_id, what);
    return right;
  });
}

/**
 * One try at a password, in its turn among all that wait. Whether the account is locked is looked at before the costly hash
 * and once more when its turn has come: what was tried meanwhile counts.
 * @param right does what the right password opens, in the transaction that judged it
 * @returns what `right` gave; undefined: the password is wrong, or nobody's
 * @throws access.locked, access.sign_in_busy
 */
export async function judgePassword<Right>(
  ground: Ground,
  person: PersonRow | undefined,
  password: string,
  asker: Asker,
  right: (tx: Tx) => Promise<Right>,
): Promise<Right | undefined> {
  requireUnlocked(person, "password", ground.wall.now());
  return passwordTurns(ground).run(asker, async () => {
    const present = person && (await ground.store.read(SYSTEM_SCOPE, (tx) => personById(tx, person.person_id)));
    requireUnlocked(present, "password", ground.wall.now());
    const fits = await checkPassword(present?.password_hash, password);
    if (present === undefined) return undefined;
    return attempt(ground, present.person_id, "password", async (tx, live) =>
      // a password that was changed while its hash was being made is the old one
      fits && live.password_hash === present.password_hash ? right(tx) : undefined,
    );
  });
}

/** Counts a wrong attempt; so many in a row lock the person out for a while. */
export async function countFailure(
  tx: Tx,
  person_id: number,
  what: Attempted,
  { attempts_max, lock_minutes }: SecurityPolicy,
  now: Date,
): Promise<void> {
  const { failures, until } = COLUMNS[what];
  await tx.query(
    `update access.person set ${failures} = case when ${failures} + 1 >= $2 then 0 else ${failures} + 1 end,
       ${until} = case when ${failures} + 1 >= $2 then $3 else ${until} end where person_id = $1`,
    [person_id, attempts_max, new Date(now.getTime() + lock_minutes * 60_000)],
  );
}

async function clearFailures(tx: Tx, person_id: number, what: Attempted): Promise<void> {
  const { failures, until } = COLUMNS[what];
  await tx.query(`update access.person set ${failures} = 0, ${until} = null where person_id = $1`, [person_id]);
}
