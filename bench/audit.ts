import type { AuditEntry } from "../src/access/audit/entry.ts";
import { systemClock } from "../src/platform/clock.ts";
import { verifyChain } from "../src/access/audit/verify.ts";
import { appendRows, auditWriter } from "../src/access/audit/writer.ts";
import type { Ground } from "../src/ground.ts";
import { SYSTEM_SCOPE } from "../src/store/index.ts";
import { type BareGround, onBareGround } from "./bare-ground.ts";
import type { Bench, Figure } from "./main.ts";

const ROWS = Number(process.env["BENCH_AUDIT_ROWS"] ?? 200_000);
const ALONE = 200;
const AT_ONCE = 64;
const ROUNDS = 40;
/** A row alone is one commit with one more round trip than a bare one; many at once share theirs. */
const ALONE_RATIO_MAX = 3;
const TOGETHER_RATIO_MIN = 1;
/** Verification beside reading the same rows and doing nothing with them. */
const VERIFY_RATIO_MIN = 0.5;

const entry = (): AuditEntry => ({
  at: systemClock.now(),
  phase: "done",
  person_id: 7,
  actor: "operator",
  action: "members.join",
  method: "POST",
  path: "/api/joins",
  subject: { member_ids: [3, 9], reason: "same person", decision: "joined by hand" },
  status: 200,
  succeeded: true,
  request_id: "01932c4e-7a10-7bbb-8ccc-0123456789ab",
  ip: "10.0.0.8",
  duration_ms: 12,
});

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

/** The same insert into a table without a chain, one transaction for each. */
async function bareInsert(ground: Ground): Promise<void> {
  const { at, subject, ...rest } = entry();
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    tx.query("insert into store.bench_audit (at, subject, rest) values ($1, $2, $3)", [
      at,
      JSON.stringify(subject),
      JSON.stringify(rest),
    ]),
  );
}

async function alone(append: () => Promise<unknown>): Promise<number> {
  const taken = await seconds(async () => {
    for (let i = 0; i < ALONE; i += 1) await append();
  });
  return (taken / ALONE) * 1000;
}

async function atOnce(append: () => Promise<unknown>): Promise<number> {
  const taken = await seconds(async () => {
    for (let i = 0; i < ROUNDS; i += 1) await Promise.all(Array.from({ length: AT_ONCE }, append));
  });
  return (ROUNDS * AT_ONCE) / taken;
}

async function writing(ground: Ground): Promise<Figure[]> {
  const writer = auditWriter(ground);
  const chained = () => writer.append(entry());
  const bare = () => bareInsert(ground);
  /** What was not chosen: each act takes the chain's end in a transaction of its own. */
  const locked = () => ground.store.write(SYSTEM_SCOPE, (tx) => appendRows(tx, [entry()]));
  for (const one of [chained, bare, locked]) await one();
  const [bare_ms, chained_ms] = [await alone(bare), await alone(chained)];
  const [bare_rate, locked_rate, chained_rate] = [await atOnce(bare), await atOnce(locked), await atOnce(chained)];
  return [
    {
      name: "audit: one row, nobody else writing",
      value: chained_ms,
      unit: "ms",
      reference: bare_ms,
      ratio: chained_ms / bare_ms,
      bar: `≤ ${ALONE_RATIO_MAX} × a bare insert`,
      met: chained_ms <= ALONE_RATIO_MAX * bare_ms,
    },
    {
      name: `audit: rows of ${AT_ONCE} acts at once`,
      value: chained_rate,
      unit: "rows/s",
      reference: bare_rate,
      ratio: chained_rate / bare_rate,
      bar: `≥ ${TOGETHER_RATIO_MIN} × bare inserts`,
      met: chained_rate >= TOGETHER_RATIO_MIN * bare_rate,
    },
    {
      name: `audit: the same, each act holding the chain's end to its commit`,
      value: locked_rate,
      unit: "rows/s",
      reference: bare_rate,
      ratio: locked_rate / bare_rate,
      bar: "shown",
      met: true,
    },
  ];
}

async function verifying(ground: Ground): Promise<Figure> {
  const have = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.one<{ count: number }>("select count(*) as count from access.audit"),
  );
  for (let missing = ROWS - (have?.count ?? 0); missing > 0; missing -= 5_000) {
    await ground.store.write(SYSTEM_SCOPE, (tx) =>
      appendRows(tx, Array.from({ length: Math.min(5_000, missing) }, entry)),
    );
  }
  let rows = 0;
  const taken = await seconds(async () => {
    const result = await ground.store.read(SYSTEM_SCOPE, (tx) => verifyChain(tx, { cutHolds: () => undefined }));
    if (!result.ok) throw new Error(`the chain is broken: ${JSON.stringify(result.broken)}`);
    ({ rows } = result);
  });
  const plain = await seconds(() =>
    ground.store.read(SYSTEM_SCOPE, async (tx) => {
      for (let after = 0; after < rows; after += 5_000)
        await tx.query("select * from access.audit where sequence > $1 order by sequence limit 5000", [after]);
    }),
  );
  return {
    name: `audit: verification of ${rows.toLocaleString("en")} rows`,
    value: rows / taken,
    unit: "rows/s",
    reference: rows / plain,
    ratio: plain / taken,
    bar: `≥ ${VERIFY_RATIO_MIN} × reading them`,
    met: plain / taken >= VERIFY_RATIO_MIN,
  };
}

async function measure({ ground, asOwner }: BareGround): Promise<readonly Figure[]> {
  await asOwner(
    "create table store.bench_audit (id bigint generated always as identity primary key, at timestamptz, subject json, rest json); grant all on store.bench_audit to huitou_app",
  );
  return [...(await writing(ground)), await verifying(ground)];
}

/** What an audit row costs a request, and how fast the chain is verified. */
export const benches: readonly Bench[] = [{ name: "audit", run: () => onBareGround(measure, { names: [] }) }];
