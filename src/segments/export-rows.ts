import type { Ground } from "../ground.ts";
import { memberRowsById } from "../members/index.ts";
import { checkedTree, type Output, planOutputs, postgresql, printPlan } from "../query/index.ts";
import { type Scope } from "../store/index.ts";
import { bookOf, type CodeNames, storedTag } from "../tags/index.ts";
import { storedCatalogue } from "./condition.ts";
import { todayOf } from "./count.ts";
import { type ExportColumn, type Language, NAME, NAME_CLEAR, PHONE, PHONE_CLEAR } from "./export-columns.ts";
import { readRows } from "./export-store.ts";

/** Numbers of the mainland as they are dialled there, and as every supplier wants them. */
const domestic = (phone: string): string => phone.replace(/^\+86(?=1\d{10}$)/, "");

/** Reads the rows of some members, as texts in the order of the columns. */
export function rowReader(
  ground: Ground,
  scope: Scope,
  columns: readonly ExportColumn[],
  language: Language,
  names: CodeNames,
): (member_ids: readonly number[]) => Promise<string[][]> {
  const book = bookOf(ground);
  const catalogue = storedCatalogue(ground);
  const outputs = columns.flatMap(({ expression }, place): Output[] => {
    if (expression === undefined) return [];
    const tree = checkedTree(expression, catalogue, { tag: (key) => storedTag(book, key) });
    return [{ name: `c${place}`, tree, as: "text" }];
  });
  const plan = planOutputs(outputs, catalogue, todayOf(ground));
  const sql = printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" });
  const peopleOf = async (wanted: boolean, personal: "mask" | "clear", member_ids: readonly number[]) => {
    const read = { ...scope, personal };
    const people = wanted ? await ground.store.read(read, (tx) => memberRowsById(tx, ground, member_ids)) : [];
    return new Map(people.map((person) => [person.member_id, person]));
  };
  const masked = columns.some((column) => column.masked);
  const clear = columns.some(({ key }) => key === NAME_CLEAR || key === PHONE_CLEAR);
  return async (member_ids) => {
    const [maskedOf, clearOf] = [
      await peopleOf(masked, "mask", member_ids),
      await peopleOf(clear, "clear", member_ids),
    ];
    return ground.store.read(scope, async (tx) => {
      const rows = await readRows(tx, sql, member_ids);
      return member_ids.flatMap((member_id) => {
        const row = rows.get(member_id);
        if (row === undefined) return [];
        const [person, open] = [maskedOf.get(member_id), clearOf.get(member_id)];
        return [
          columns.map((column, place) => {
            if (column.key === NAME) return person?.name_masked ?? "";
            if (column.key === PHONE) return person?.phone_masked ?? "";
            // the row's names say what masked rows hold; read in the clear it is the value itself
            if (column.key === NAME_CLEAR) return open?.name_masked ?? "";
            if (column.key === PHONE_CLEAR) return domestic(open?.phone_masked ?? "");
            const value = row[`c${place}`] ?? null;
            return value === null ? "" : column.show(value, language, names);
          }),
        ];
      });
    });
  };
}
