import { auditedWork, type AwayRights, rightsWhileAway } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { type Level, Problem, problem } from "../platform/index.ts";

/** Whose rights a run has, asked anew for each act: a right that is taken away is gone with the next step. */
export class Owner {
  readonly #ground: Ground;
  readonly #of: { readonly robot_id: number; readonly run_id: number; readonly owner_id: number };

  constructor(ground: Ground, of: { readonly robot_id: number; readonly run_id: number; readonly owner_id: number }) {
    this.#ground = ground;
    this.#of = of;
  }

  /** @throws robots.owner_left, robots.owner_may_not */
  async require(permission: string, level: Level): Promise<AwayRights> {
    const rights = await rightsWhileAway(this.#ground, this.#of.owner_id);
    if (rights === undefined) throw problem("robots.owner_left");
    if (!rights.allows(permission, level))
      throw problem("robots.owner_may_not", { owner: rights.name, permission, level });
    return rights;
  }

  /** An act in the owner's name: written down before it begins and with how it ended. */
  async act<T>(action: string, subject: Readonly<Record<string, unknown>>, work: () => Promise<T>): Promise<T> {
    const { robot_id, run_id, owner_id } = this.#of;
    let outcome: { readonly result: T } | { readonly refused: Problem } | undefined;
    await auditedWork(
      this.#ground,
      { actor: "robot", person_id: owner_id, action, subject: { robot_id, run_id, ...subject } },
      async (told) => {
        try {
          outcome = { result: await work() };
          return true;
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          told["code"] = error.code;
          outcome = { refused: error };
          return false;
        }
      },
    );
    if (outcome === undefined) throw new Error(`${action} did not end`);
    if ("refused" in outcome) throw outcome.refused;
    return outcome.result;
  }
}
