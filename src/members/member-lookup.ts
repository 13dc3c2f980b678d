import type { Ground } from "../ground.ts";
import { Gather, problem } from "../platform/index.ts";
import { isWhole, type Scope } from "../store/index.ts";
import { memberIdsAt } from "./member-page.ts";

interface Question {
  readonly scope: Scope;
  readonly id: number;
}

const lookups = new WeakMap<Ground, Gather<Question, number | undefined>>();

/** What of a scope says which members are seen. */
const rowsOf = ({ regions, stores, brands, found }: Scope) => JSON.stringify([regions, stores, brands, found ?? []]);

/**
 * As {@link memberIdAt}, outside of a transaction: tills call at the same time, and members whom they ask for in one moment
 * are looked up together, by the rows that each may see. @throws members.not_found
 */
export async function findMember(ground: Ground, scope: Scope, id: number): Promise<number> {
  const known = lookups.get(ground);
  const lookup = known ?? new Gather<Question, number | undefined>((questions) => findAll(ground, questions));
  if (known === undefined) lookups.set(ground, lookup);
  const member_id = await lookup.ask({ scope, id });
  if (member_id === undefined) throw problem("members.not_found", { member_id: id });
  return member_id;
}

async function findAll(ground: Ground, questions: readonly Question[]): Promise<(number | undefined)[]> {
  const alike = Map.groupBy(questions, ({ scope }) => rowsOf(scope));
  const found = new Map<Question, number | undefined>();
  await Promise.all(
    [...alike.values()].map(async (group) => {
      const [first] = group;
      if (first === undefined) return;
      const ids = group.map(({ id }) => id);
      const members = await (isWhole(first.scope)
        ? ground.store.glance((tx) => memberIdsAt(tx, ids))
        : ground.store.read(first.scope, (tx) => memberIdsAt(tx, ids)));
      for (const question of group) found.set(question, members.get(question.id));
    }),
  );
  return questions.map((question) => found.get(question));
}
