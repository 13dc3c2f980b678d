import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { id, send } from "../../tests/support/member-records.ts";
import { ensureSource } from "../ingest/index.ts";
import { closeLake, lakeEngine, refreshLake } from "../lake/index.ts";
import { businessDay } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";

const world = withDatabase();
afterAll(() => closeLake(world().ground));

interface Session {
  readonly member_id: number;
  readonly session_start: Date;
  readonly business_day: string;
  readonly logins: number;
}
const READ = "select member_id, session_start, business_day, logins from catalogue.login_sessions";
const ORDER = "order by member_id, session_start";
const MINUTE = 60_000;

/** The definition, one log-in after the other. */
function sessionsOf(member_id: number, instants: readonly number[]): Session[] {
  const sessions: { start: number; logins: number }[] = [];
  let previous = -Infinity;
  for (const at of instants.toSorted((a, b) => a - b)) {
    if (at - previous > 30 * MINUTE) sessions.push({ start: at, logins: 0 });
    (sessions.at(-1) ?? { logins: 0 }).logins++;
    previous = at;
  }
  return sessions.map(({ start, logins }) => ({
    member_id,
    session_start: new Date(start),
    business_day: businessDay(new Date(start), "Asia/Shanghai"),
    logins,
  }));
}

/** Half a minute before and after the gap, equal instants, and sessions across midnight in Shanghai and a month's end. */
const START = Date.parse("2026-01-31T15:20:00Z");
const steps = [0, 1, 29 * MINUTE, 30 * MINUTE - 1, 30 * MINUTE, 30 * MINUTE + 1, 31 * MINUTE, 600 * MINUTE];
const instants = fc
  .array(fc.constantFrom(...steps), { minLength: 1, maxLength: 12 })
  .map((gaps) => gaps.map((_, i) => START + gaps.slice(0, i + 1).reduce((a, b) => a + b, 0)));

describe("log-in sessions", () => {
  test("are the same by definition, in PostgreSQL and in the lake, for all members and for one", async () => {
    const { ground } = world();
    const people = fc.sample(instants, { numRuns: 60, seed: 7 });
    const source = await ensureSource(ground, { key: "app", name: "App", kind: "rest" });
    await send(
      ground,
      source,
      people.flatMap((logins, who) =>
        logins.map((at, i) => ({
          kind: "login",
          key: `${who}-${i}`,
          occurred_at: new Date(at).toISOString(),
          identities: [id("card_no", `C${who}`)],
          body: {},
        })),
      ),
    );
    const parties = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<{ member_id: number; first: Date; logins: number }>(
        "select member_id, min(occurred_at) as first, count(*) as logins from catalogue.events group by member_id order by member_id",
      ),
    );
    expect(parties.map((row) => row.logins)).toEqual(people.map((logins) => logins.length));
    const expected = parties.flatMap(({ member_id }, i) => sessionsOf(member_id, people[i] ?? []));
    const stored = await ground.store.read(SYSTEM_SCOPE, (tx) => tx.query<Session>(`${READ} ${ORDER}`));
    expect(stored).toEqual(expected);
    await refreshLake(ground);
    expect((await lakeEngine(ground).query(`${READ} ${ORDER}`)).rows).toEqual(expected);
    const some = parties.filter((_, i) => i % 7 === 0).map((row) => row.member_id);
    const given = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      tx.query<Session>(`${READ} where member_id = any($1) ${ORDER}`, [some]),
    );
    expect(given).toEqual(expected.filter((row) => some.includes(row.member_id)));
  });
});
