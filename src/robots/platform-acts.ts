import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { Downloaded, FileMapping, GiftDue, Imported, Platform } from "../../robots/contract.ts";
import { fulfil, giftsDue } from "../benefits/index.ts";
import type { Ground } from "../ground.ts";
import { ensureSource, mapImport, runImport, type RunControl, uploadFile } from "../ingest/index.ts";
import { memberIdAt, memberRowsById, reachedMembers } from "../members/index.ts";
import { Problem, problem } from "../platform/index.ts";
import { isWhole, type Scope, SYSTEM_SCOPE } from "../store/index.ts";
import { noteErrandDone, openErrands } from "./errand-store.ts";
import type { Owner } from "./owner.ts";
import { noteImport, runById } from "./run-store.ts";

export interface Acting {
  readonly ground: Ground;
  readonly owner: Owner;
  readonly owner_id: number;
  readonly robot_id: number;
  readonly run_id: number;
  readonly control: RunControl;
}

/** What the platform does for a run, each act as its owner may do it and written down. */
export function platformFor(acting: Acting): Platform {
  return {
    importFile: (file, mapping) => importFile(acting, file, mapping),
    giftsDue: async (benefit, limit) => {
      const rights = await acting.owner.require("benefits.read", "L2");
      return gifts(acting, await rights.scope("benefits.read"), { benefit, entitlement_id: null, limit });
    },
    isDue: async (entitlement_id) => {
      const rights = await acting.owner.require("benefits.read", "L2");
      const scope = await rights.scope("benefits.read");
      return (await gifts(acting, scope, { benefit: null, entitlement_id, limit: 1 })).length > 0;
    },
    fulfil: (gift, order_no) => handOut(acting, gift, order_no),
    errands: (limit) => acting.ground.store.read(SYSTEM_SCOPE, (tx) => openErrands(tx, acting.robot_id, limit)),
    errandDone: async ({ errand_id }, reference) => {
      const done = { errand_id, reference, now: acting.ground.clock.now() };
      await acting.owner.act("robots.errand", { errand_id, reference }, () =>
        acting.ground.store.write(SYSTEM_SCOPE, (tx) => noteErrandDone(tx, acting.robot_id, done)),
      );
    },
  };
}

function gifts(
  { ground }: Acting,
  scope: Scope,
  question: { readonly benefit: string | null; readonly entitlement_id: number | null; readonly limit: number },
): Promise<readonly GiftDue[]> {
  const stores = isWhole(scope) || scope.stores === "all" ? null : scope.stores;
  return ground.store.read(SYSTEM_SCOPE, (tx) => giftsDue(tx, ground, { ...question, stores }));
}

async function handOut(acting: Acting, gift: GiftDue, order_no: string): Promise<void> {
  const { ground, owner, owner_id } = acting;
  const rights = await owner.require("benefits.redeem", "L2");
  const scope = await rights.scope("benefits.redeem");
  const { entitlement_id } = gift;
  await owner.act("robots.fulfil", { entitlement_id, order_no }, async () => {
    const store_code = isWhole(scope) ? null : await homeStore(ground, scope, gift.member_id);
    // the same again has the same answer
    const key = `robot gift ${entitlement_id}`;
    await fulfil(ground, key, { entitlement_id, store_code, note: `礼品单 ${order_no}` }, owner_id);
  });
}

/** @throws robots.member_hidden */
async function visible(ground: Ground, scope: Scope, member_id: number): Promise<number> {
  try {
    return await ground.store.read(scope, (tx) => memberIdAt(tx, member_id));
  } catch (error) {
    if (error instanceof Problem && error.code === "members.not_found")
      throw problem("robots.member_hidden", { member_id });
    throw error;
  }
}

async function homeStore(ground: Ground, scope: Scope, member_id: number): Promise<string | null> {
  const id = await visible(ground, scope, member_id);
  const [row] = await ground.store.read(scope, (tx) => memberRowsById(tx, ground, [id]));
  return row?.home_store_code ?? null;
}

/** A member's number in clear, for a field of the back office and nothing else. @throws robots.member_hidden, robots.no_phone */
export async function phoneOf({ ground, owner }: Acting, member_id: number): Promise<string> {
  const rights = await owner.require("robots.enter", "L3");
  return owner.act("robots.enter", { member_id }, async () => {
    await visible(ground, await rights.scope("members.read"), member_id);
    const phone = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
      const [reached] = await reachedMembers(tx, [member_id], "phone");
      const token = reached?.address_token ?? null;
      return token === null ? undefined : (await ground.vault.open(tx, [token])).get(token)?.value;
    });
    if (phone === undefined) throw problem("robots.no_phone", { member_id });
    return phone.replace(/^\+86/, "");
  });
}

/** A run that was broken off goes on with the import it began. */
async function importFile(acting: Acting, file: Downloaded, mapping: FileMapping): Promise<Imported> {
  const { ground, owner, run_id, control } = acting;
  await owner.require("data.manage", "L2");
  return owner.act("robots.import", { source: mapping.source, file: file.file_name }, async () => {
    const begun = (await ground.store.read(SYSTEM_SCOPE, (tx) => runById(tx, run_id))).import_id;
    const import_id = begun ?? (await bringIn(acting, file, mapping));
    await rm(file.path, { force: true });
    const { rows, accepted, duplicates, rejected } = await runImport(ground, import_id, control);
    control.signal.throwIfAborted();
    return { import_id, rows, accepted, duplicates, rejected };
  });
}

async function bringIn(
  { ground, owner_id, run_id }: Acting,
  file: Downloaded,
  { source, source_name, record_kind, columns, values = {}, fixed = {} }: FileMapping,
): Promise<number> {
  const { source_id } = await ensureSource(ground, { key: source, name: source_name, kind: "file" });
  const stream = createReadStream(file.path) as AsyncIterable<Buffer>;
  const row = await uploadFile(ground, { file_name: file.file_name, stream, source_id, person_id: owner_id });
  const column = (heading: string) => {
    const at = row.facts.columns.indexOf(heading);
    if (at < 0) throw problem("robots.file_columns", { column: heading });
    return at;
  };
  const mapped = Object.entries(columns).map(([field, heading]) => [
    field,
    { column: column(heading), ...(values[field] === undefined ? {} : { values: values[field] }) },
  ]);
  const same = Object.entries(fixed).map(([field, value]) => [field, { value }]);
  await mapImport(ground, row.import_id, { record_kind, mapping: Object.fromEntries([...mapped, ...same]) });
  await ground.store.write(SYSTEM_SCOPE, (tx) => noteImport(tx, run_id, row.import_id));
  return row.import_id;
}
