import type { Tx } from "../store/index.ts";

export interface FactorRow {
  readonly factor_id: number;
  readonly person_id: number;
  readonly kind: "passkey" | "totp";
  readonly name: string;
  readonly created_at: Date;
  readonly confirmed_at: Date | null;
  readonly last_used_at: Date | null;
  readonly credential_id: string | null;
  readonly public_key: Buffer | null;
  readonly counter: number | null;
  readonly transports: string[] | null;
  readonly synced: boolean | null;
  readonly secret_sealed: Buffer | null;
  readonly last_step: number | null;
}

export function factorsOf(tx: Tx, person_id: number): Promise<FactorRow[]> {
  return tx.query<FactorRow>("select * from access.factor where person_id = $1 order by factor_id", [person_id]);
}

/** Waits for whoever changes the factors of the same person, so that a code or a counter is taken once. */
export async function lockFactors(tx: Tx, person_id: number): Promise<FactorRow[]> {
  await tx.query("select 1 from access.person where person_id = $1 for update", [person_id]);
  return factorsOf(tx, person_id);
}

export async function insertTotp(
  tx: Tx,
  factor: { person_id: number; name: string; secret_sealed: Buffer; now: Date },
): Promise<number> {
  // of the apps that were never confirmed only the newest counts
  await deleteUnconfirmed(tx, factor.person_id);
  const row = await tx.one<{ factor_id: number }>(
    `insert into access.factor (person_id, kind, name, created_at, secret_sealed) values ($1, 'totp', $2, $3, $4)
     returning factor_id`,
    [factor.person_id, factor.name, factor.now, factor.secret_sealed],
  );
  return row?.factor_id ?? 0;
}

/** Takes away apps that were begun and never confirmed. */
export async function deleteUnconfirmed(tx: Tx, person_id: number): Promise<void> {
  await tx.query("delete from access.factor where person_id = $1 and confirmed_at is null", [person_id]);
}

/** @returns false when there is such a passkey already. */
export async function insertPasskey(
  tx: Tx,
  passkey: {
    person_id: number;
    name: string;
    now: Date;
    credential_id: string;
    public_key: Buffer;
    counter: number;
    transports: readonly string[];
    synced: boolean;
  },
): Promise<boolean> {
  const row = await tx.one(
    `insert into access.factor (person_id, kind, name, created_at, confirmed_at, credential_id, public_key, counter, transports, synced)
     values ($1, 'passkey', $2, $3, $3, $4, $5, $6, $7, $8) on conflict (credential_id) do nothing returning factor_id`,
    [
      passkey.person_id,
      passkey.name,
      passkey.now,
      passkey.credential_id,
      passkey.public_key,
      passkey.counter,
      passkey.transports,
      passkey.synced,
    ],
  );
  return row !== undefined;
}

export async function useTotp(tx: Tx, factor_id: number, step: number, now: Date): Promise<void> {
  await tx.query(
    "update access.factor set last_step = $2, last_used_at = $3, confirmed_at = coalesce(confirmed_at, $3) where factor_id = $1",
    [factor_id, step, now],
  );
}

export async function usePasskey(tx: Tx, factor_id: number, counter: number, now: Date): Promise<void> {
  await tx.query("update access.factor set counter = $2, last_used_at = $3 where factor_id = $1", [
    factor_id,
    counter,
    now,
  ]);
}

export async function deleteFactor(tx: Tx, person_id: number, factor_id: number): Promise<boolean> {
  const deleted = await tx.execute("delete from access.factor where person_id = $1 and factor_id = $2", [
    person_id,
    factor_id,
  ]);
  return deleted > 0;
}

export async function deleteFactorsOf(tx: Tx, person_id: number): Promise<number> {
  await tx.query("delete from access.recovery_code where person_id = $1", [person_id]);
  return tx.execute("delete from access.factor where person_id = $1", [person_id]);
}

export async function replaceRecoveryCodes(tx: Tx, person_id: number, hashes: readonly Buffer[]): Promise<void> {
  await tx.query("delete from access.recovery_code where person_id = $1", [person_id]);
  await tx.query("insert into access.recovery_code (person_id, code_hash) select $1, unnest($2::bytea[])", [
    person_id,
    hashes,
  ]);
}

/** @returns whether the code was there and unused. */
export async function useRecoveryCode(tx: Tx, person_id: number, code_hash: Buffer, now: Date): Promise<boolean> {
  const used = await tx.execute(
    "update access.recovery_code set used_at = $3 where person_id = $1 and code_hash = $2 and used_at is null",
    [person_id, code_hash, now],
  );
  return used > 0;
}

export async function recoveryCodesLeft(tx: Tx, person_id: number): Promise<number> {
  const row = await tx.one<{ left: number }>(
    "select count(*) as left from access.recovery_code where person_id = $1 and used_at is null",
    [person_id],
  );
  return row?.left ?? 0;
}

export type ChallengePurpose = "register" | "prove";

export async function insertChallenge(
  tx: Tx,
  one: { challenge: string; token_hash: Buffer; purpose: ChallengePurpose; expires_at: Date },
): Promise<void> {
  // one question at a time: an older one of the same session is void
  await tx.query("delete from access.challenge where token_hash = $1", [one.token_hash]);
  await tx.query("insert into access.challenge (challenge, token_hash, purpose, expires_at) values ($1, $2, $3, $4)", [
    one.challenge,
    one.token_hash,
    one.purpose,
    one.expires_at,
  ]);
}

/** Takes the open question of a session: it can be answered once, rightly or wrongly. */
export async function takeChallenge(
  tx: Tx,
  token_hash: Buffer,
  purpose: ChallengePurpose,
  now: Date,
): Promise<string | undefined> {
  const row = await tx.one<{ challenge: string; expires_at: Date }>(
    "delete from access.challenge where token_hash = $1 and purpose = $2 returning challenge, expires_at",
    [token_hash, purpose],
  );
  return row !== undefined && row.expires_at > now ? row.challenge : undefined;
}
