import { beforeAll, describe, expect, it } from "vitest";
import { type ClearRecord, ensureSource, type Source } from "../ingest/index.ts";
import { id, memberOf as findMember, record, rows, send as sendRecords } from "../../tests/support/member-records.ts";
import { withDatabase } from "../../tests/support/database.ts";

const world = withDatabase();
const ground = () => world().ground;

let crm: Source;
let pos: Source;
let mini: Source;
beforeAll(async () => {
  crm = await ensureSource(ground(), { key: "crm", name: "CRM", kind: "rest" });
  pos = await ensureSource(ground(), { key: "pos", name: "POS", kind: "rest" });
  mini = await ensureSource(ground(), { key: "mini", name: "小程序", kind: "rest" });
});

const send = (source: Source, ...records: ClearRecord[]) => sendRecords(ground(), source, records);
const read = <Row>(text: string, values: unknown[] = []) => rows<Row>(ground(), text, values);
const memberOf = (source: Source, kind: string, value: string) => findMember(ground(), source, kind, value);

describe("who is who", () => {
  it("joins CRM, POS and mini program by a shared phone and logs why", async () => {
    await send(
      crm,
      record("member", "2026-05-01", [id("crm_id", "C1"), id("phone", "138 1234 5670")], {
        name: "王丽",
        birthday: "1988-03-12",
        city: "杭州",
        gender: "female",
      }),
    );
    await send(
      pos,
      record("member", "2026-05-02", [id("card_no", "88001"), id("phone", "+8613812345670")], {
        name: "王丽",
        home_store_code: "HZ01",
      }),
    );
    await send(mini, record("login", "2026-05-03", [id("openid", "oABC1234567"), id("phone", "0086 13812345670")]));
    const member = await memberOf(crm, "crm_id", "C1");
    expect(await memberOf(pos, "card_no", "88001")).toBe(member);
    expect(await memberOf(mini, "openid", "oABC1234567")).toBe(member);
    const joins = await read<{ rule: string }>(
      "select rule from members.join_log where member_kept = $1 order by join_id",
      [member],
    );
    expect(joins).toEqual([{ rule: "same_phone" }, { rule: "same_phone" }]);
    const [row] = await read<Record<string, unknown>>("select * from catalogue.members where member_id = $1", [member]);
    expect(row).toMatchObject({
      city: "杭州",
      city_tier: "new_first",
      birth_year: 1988,
      birth_month: 3,
      birth_day: 12,
      gender: "female",
      home_store_code: "HZ01",
      has_phone: true,
      has_openid: true,
    });
    const events = await read("select kind, member_id from catalogue.events where member_id = $1", [member]);
    expect(events).toEqual([{ kind: "login", member_id: member }]);
  });

  it("keeps a family apart and shows the conflict", async () => {
    await send(
      crm,
      record("member", "2026-05-01", [id("crm_id", "F1"), id("phone", "13900000011")], {
        name: "赵敏",
        birthday: "1975-08-21",
      }),
    );
    await send(
      pos,
      record("member", "2026-05-02", [id("card_no", "F2"), id("phone", "13900000011")], {
        name: "张无忌",
        birthday: "1979-10-02",
      }),
    );
    expect(await memberOf(crm, "crm_id", "F1")).not.toBe(await memberOf(pos, "card_no", "F2"));
    expect(await read("select conflict, state from members.conflict where conflict = 'person_differs'")).toEqual([
      { conflict: "person_differs", state: "open" },
    ]);
  });

  it("parts two accounts by itself when their birthdays and names turn out to differ", async () => {
    await send(crm, record("member", "2026-05-01", [id("crm_id", "L1"), id("phone", "13900000022")]));
    await send(
      pos,
      record("member", "2026-05-02", [id("card_no", "L2"), id("phone", "13900000022")], {
        name: "周芷若",
        birthday: "1991-02-02",
      }),
    );
    expect(await memberOf(crm, "crm_id", "L1")).toBe(await memberOf(pos, "card_no", "L2"));
    await send(
      crm,
      record("member", "2026-05-09", [id("crm_id", "L1"), id("phone", "13900000022")], {
        name: "宋青书",
        birthday: "1969-11-30",
      }),
    );
    expect(await memberOf(crm, "crm_id", "L1")).not.toBe(await memberOf(pos, "card_no", "L2"));
    const undone = await read("select undone_by from members.join_log where undone_at is not null");
    expect(undone).toEqual([{ undone_by: "evidence" }]);
  });

  it("a recycled number never opens the old account, at log-in and at import", async () => {
    await send(
      crm,
      record("member", "2025-01-05", [id("crm_id", "R1"), id("phone", "13900000033")], { name: "旧主人" }),
    );
    await send(mini, record("login", "2025-07-20", [id("openid", "oNEW0000001"), id("phone", "13900000033")]));
    expect(await memberOf(mini, "openid", "oNEW0000001")).not.toBe(await memberOf(crm, "crm_id", "R1"));
    expect(await read("select conflict from members.conflict where conflict = 'number_recycled'")).toHaveLength(1);
    // The same holds when the old account's record arrives after the newcomer's.
    await send(mini, record("login", "2025-07-20", [id("openid", "oNEW0000002"), id("phone", "13900000044")]));
    await send(crm, record("member", "2025-01-05", [id("crm_id", "R2"), id("phone", "13900000044")]));
    expect(await memberOf(mini, "openid", "oNEW0000002")).not.toBe(await memberOf(crm, "crm_id", "R2"));
    // Had the account been seen in between, the number was never idle: the doubt goes.
    await send(crm, record("browse", "2025-03-01", [id("crm_id", "R2")], { page: "home" }));
    expect(await memberOf(mini, "openid", "oNEW0000002")).toBe(await memberOf(crm, "crm_id", "R2"));
  });

  it("quarantines a number that six people hold and takes its joins back", async () => {
    for (const n of [1, 2, 3, 4, 5])
      await send(
        pos,
        record("member", "2026-06-01", [id("card_no", `Q${n}`), id("phone", "13900000055")], {
          name: `${"钱孙李周吴"[n - 1]}一一`,
        }),
      );
    await send(crm, record("member", "2026-06-01", [id("crm_id", "Q6"), id("phone", "13900000055")]));
    const rows = await read<{ reason: string; holders: number }>("select reason, holders from members.quarantine");
    expect(rows).toEqual([{ reason: "shared", holders: 6 }]);
    const members = new Set(await Promise.all([1, 2, 3, 4, 5].map((n) => memberOf(pos, "card_no", `Q${n}`))));
    expect(members.size).toBe(5);
  });

  it("a clerk's own number joins nobody", async () => {
    await send(pos, record("staff", "2026-06-01", [id("phone", "13900000066")], { staff_code: "S1", name: "店员" }));
    await send(pos, record("member", "2026-06-02", [id("card_no", "W1"), id("phone", "13900000066")]));
    await send(crm, record("member", "2026-06-02", [id("crm_id", "W2"), id("phone", "13900000066")]));
    expect(await memberOf(crm, "crm_id", "W2")).not.toBe(await memberOf(pos, "card_no", "W1"));
  });

  it("a device belongs to the only account on it", async () => {
    await send(mini, record("browse", "2026-06-01", [id("cookie", "dev-1")], { page: "a" }));
    expect(
      await read("select 1 from catalogue.members where member_id = $1", [await memberOf(mini, "cookie", "dev-1")]),
    ).toHaveLength(0);
    await send(mini, record("login", "2026-06-02", [id("cookie", "dev-1"), id("mall_id", "M1")]));
    const member = await memberOf(mini, "mall_id", "M1");
    const kinds = await read<{ kind: string }>("select kind from catalogue.events where member_id = $1 order by kind", [
      member,
    ]);
    expect(kinds.map((row) => row.kind)).toEqual(["browse", "login"]);
  });

  it("an imported bare yes is not consent, and the stricter consent wins after a join", async () => {
    const said = (granted: boolean, more = {}) => ({
      consents: [{ purpose: "marketing", channel: "sms", granted, ...more }],
    });
    const proof = { text_version: "2026-1", at: "2026-04-01T00:00:00Z", via: "mini_program" };
    await send(crm, record("member", "2026-05-01", [id("crm_id", "K1"), id("phone", "13900000077")], said(true)));
    const member = await memberOf(crm, "crm_id", "K1");
    const state = () => read<{ state: string }>("select state from catalogue.consents where member_id = $1", [member]);
    expect(await state()).toEqual([{ state: "unproven" }]);
    await send(
      mini,
      record("member", "2026-05-02", [id("openid", "oK1"), id("phone", "13900000077")], said(true, proof)),
    );
    expect(await state()).toEqual([{ state: "granted" }]);
    await send(
      pos,
      record(
        "member",
        "2026-05-03",
        [id("card_no", "K3"), id("phone", "13900000077")],
        said(false, { at: "2025-01-01T00:00:00Z" }),
      ),
    );
    expect(await state()).toEqual([{ state: "withdrawn" }]);
  });
});
