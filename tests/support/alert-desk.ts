import { afterAll, beforeAll } from "vitest";
import { type ChannelSim, simSecret, startChannelSim } from "../../channel-sim/server.ts";
import type { AuditEntry } from "../../src/access/audit/entry.ts";
import { auditWriter } from "../../src/access/audit/writer.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { useChannelSim } from "../../src/trust/demo-channels.ts";
import { type IncidentRow, listIncidents } from "../../src/trust/incident-store.ts";
import { type TestWorld, withDatabase } from "./database.ts";
import { type PersonSession, type Staff, staffOf } from "./people.ts";

/** A server with staff, whose alerts go to a simulator that lives by the same clock. */
export interface AlertDesk {
  readonly world: TestWorld;
  readonly sim: ChannelSim;
  readonly staff: Staff;
  readonly owner: PersonSession;
  /** Security administrator and manager. */
  readonly guardian: PersonSession;
  readonly next: PersonSession;
  incidents(over?: object): Promise<IncidentRow[]>;
  rows<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  execute(sql: string, values?: readonly unknown[]): Promise<unknown>;
  /** Names of the deliveries that arrived on a channel. */
  arrived(kind: string): string[];
  /** Log-ins that were refused, as the guard writes them down. */
  failLogins(count: number): Promise<void>;
  /** Locks three accounts, or opens them. */
  lockThree(until: Date | null): Promise<void>;
  /** The clock of these tests jumps by hours: sessions would end of idleness. */
  awake(person: PersonSession): PersonSession;
}

/** Call at the top of a file; use inside tests. */
export function withAlertDesk(): () => AlertDesk {
  const world = withDatabase();
  let desk: AlertDesk | undefined;
  beforeAll(async () => {
    desk = await openDesk(world());
  });
  afterAll(async () => {
    await desk?.staff.app.close();
    await desk?.sim.stop();
  });
  return () => {
    if (desk === undefined) throw new Error("the desk is used before beforeAll ran");
    return desk;
  };
}

async function openDesk(world: TestWorld): Promise<AlertDesk> {
  const { ground, clock } = world;
  const execute = (sql: string, values: readonly unknown[] = []) =>
    ground.store.write(SYSTEM_SCOPE, (tx) => tx.query(sql, values));
  const awake = (person: PersonSession): PersonSession => ({
    ...person,
    call: async (...args) => {
      await execute("update access.session set last_seen_at = $1, created_at = $1", [clock.now()]);
      return person.call(...args);
    },
  });
  const sim = await startChannelSim({ now_ms: () => clock.now().getTime() });
  const staff = await staffOf(world);
  const guardian = awake(await staff.add("security_admin"));
  const next = awake(await staff.add("manager"));
  await useChannelSim(ground, { http: sim.url, smtp: sim.smtp_url }, simSecret);
  return {
    world,
    sim,
    staff,
    owner: awake(staff.owner),
    guardian,
    next,
    awake,
    execute,
    rows: (sql, values = []) => ground.store.read(SYSTEM_SCOPE, (tx) => tx.query(sql, values)),
    incidents: (over = {}) =>
      ground.store.read(SYSTEM_SCOPE, (tx) => listIncidents(tx, { synthetic: false, limit: 100, ...over })),
    arrived: (kind) =>
      sim.log
        .list({ kind })
        .filter(({ taken }) => taken)
        .flatMap(({ text, title }) => [...new Set(`${title} ${text}`.match(/IN\d+-[a-z_]+(-\d+)?/g) ?? [])]),
    failLogins: (count) => failLogins(world, count),
    lockThree: async (until) => {
      await execute(
        `insert into access.person (name, email, role, created_at, locked_until)
         select '锁', 'locked-' || n || '@example.com', 'clerk', $2, $1 from generate_series(1, 3) n
         on conflict (lower(email)) do update set locked_until = $1`,
        [until, clock.now()],
      );
    },
  };
}

async function failLogins({ ground }: TestWorld, count: number): Promise<void> {
  const entry: AuditEntry = {
    at: ground.wall.now(),
    phase: "done",
    person_id: null,
    actor: "anonymous",
    action: "post /api/session",
    method: "POST",
    path: "/api/session",
    subject: {},
    status: 401,
    succeeded: false,
    request_id: "",
    ip: "",
    duration_ms: 1,
  };
  await Promise.all(Array.from({ length: count }, () => auditWriter(ground).append(entry)));
}
