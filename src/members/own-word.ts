import type { Ground } from "../ground.ts";
import { newUuid } from "../platform/index.ts";
import { emit, type Tx } from "../store/index.ts";
import type { ConsentRow } from "./consent.ts";
import type { Decider } from "./decision-store.ts";
import { memberIdAt, partyIds } from "./member-page.ts";
import { forgetParties } from "./party-memory.ts";
import { lockIdentities } from "./party-store.ts";
import { insertFacts } from "./fact-store.ts";
import { insertConsents, refreshProfiles } from "./profile-store.ts";

/** A purpose and medium that a member agrees to, or no longer does. */
export interface ConsentWord {
  readonly purpose: string;
  readonly medium: string;
  readonly granted: boolean;
  /** The published text that was agreed to; a withdrawal needs none. */
  readonly text_version: string | null;
}

export const PROFILING_FIELD = "profiling_refused";

/**
 * Keeps what the member said about consents, for all of their parties, and tells everybody who sends at once
 * (`members.consent_changed`): what waits to be sent must not go out any more.
 * @returns the member
 */
export async function sayConsents(
  tx: Tx,
  ground: Ground,
  id: number,
  words: readonly ConsentWord[],
  by: Decider & { readonly via: string },
): Promise<number> {
  await lockIdentities(tx);
  const member_id = await memberIdAt(tx, id);
  const parties = await partyIds(tx, member_id);
  const record_id = newUuid(ground.clock.now());
  const rows = parties.flatMap((party_id) =>
    words.map(
      ({ purpose, medium, granted, text_version }): ConsentRow => ({
        party_id,
        purpose,
        medium,
        record_id,
        state: granted ? "granted" : "withdrawn",
        text_version,
        at: by.now,
        via: by.via,
        source_id: null,
        person_id: by.person_id,
      }),
    ),
  );
  await insertConsents(tx, rows);
  await emit(tx, "members.consent_changed", [
    {
      member_id,
      withdrawn: words.filter((word) => !word.granted).map(({ purpose, medium }) => ({ purpose, medium })),
      granted: words.filter((word) => word.granted).map(({ purpose, medium }) => ({ purpose, medium })),
    },
  ]);
  await emit(tx, "members.changed", [{ member_ids: [member_id] }]);
  return member_id;
}

/**
 * Keeps that a member does not want to be profiled, or wants it again. It is said of every party of theirs, so that it
 * stays after a split, and of a joined member the stricter side counts.
 * @returns the member
 */
export async function sayProfiling(tx: Tx, ground: Ground, id: number, refused: boolean, by: Decider): Promise<number> {
  await lockIdentities(tx);
  const member_id = await memberIdAt(tx, id);
  const parties = await partyIds(tx, member_id);
  const record_id = newUuid(ground.clock.now());
  const observed_at = await afterLastWord(tx, parties, by.now);
  await insertFacts(
    tx,
    parties.map((party_id) => ({
      party_id,
      field: PROFILING_FIELD,
      record_id,
      source_id: null,
      person_id: by.person_id,
      observed_at,
      value: String(refused),
      token: null,
      hint: null,
      undoable: true,
    })),
  );
  await refreshProfiles(tx, [member_id], by.now);
  await forgetParties(tx);
  await emit(tx, "members.profiling_changed", [{ member_id, refused }]);
  await emit(tx, "members.changed", [{ member_ids: [member_id] }]);
  return member_id;
}

/** Of two words within one millisecond the second is the later one. */
async function afterLastWord(tx: Tx, parties: readonly number[], now: Date): Promise<Date> {
  const row = await tx.one<{ last: Date | null }>(
    "select max(observed_at) as last from members.fact where party_id = any($1::bigint[]) and field = $2",
    [parties, PROFILING_FIELD],
  );
  const last = row?.last?.getTime() ?? 0;
  return new Date(Math.max(now.getTime(), last + 1));
}
