import type { Ground } from "../ground.ts";
import { build as q, checkedTree, type Expression } from "../query/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { bookOf, storedTag } from "../tags/index.ts";
import { scopeCondition, storedCatalogue } from "./condition.ts";
import { cancellable, limitStatement, todayOf } from "./count.ts";
import { STATEMENT_SECONDS_MAX } from "./limits.ts";
import { MemberSet } from "./member-set.ts";
import type { SetSource } from "./overlap.ts";
import { greatestMember, recordSets } from "./sets-store.ts";

/** Sets read from the records as they are now: the way of a platform with few members, or without a lake yet. */
export async function smallSets(tx: Tx, ground: Ground, scope: Scope, signal: AbortSignal): Promise<SetSource> {
  await limitStatement(tx, STATEMENT_SECONDS_MAX);
  const bits = (await greatestMember(tx)) + 1;
  const book = bookOf(ground);
  const read = async (plain: readonly Expression[]): Promise<MemberSet[]> => {
    const outputs = plain.map((node, index) => ({
      name: `c${index}`,
      tree: checkedTree(node, storedCatalogue(ground), { tag: (key) => storedTag(book, key) }),
    }));
    return cancellable(ground, tx, signal, () =>
      recordSets(tx, storedCatalogue(ground), outputs, todayOf(ground), bits),
    );
  };
  const [visible] = await read([scopeCondition(scope) ?? q.operand(true)]);
  const seen = visible ?? new MemberSet(bits);
  return {
    engine: "postgresql",
    as_of: ground.clock.now(),
    visible: seen,
    all: async (plain) => (await read(plain)).map((set) => set.and(seen)),
  };
}
