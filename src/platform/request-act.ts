import { AsyncLocalStorage } from "node:async_hooks";

/** The console request that code runs for, and whether it leaves an audit row before its answer. */
export interface RequestAct {
  readonly route: string;
  readonly audited: boolean;
}

const current = new AsyncLocalStorage<RequestAct>();

/** Runs `next` and whatever it starts as part of a request. */
export function runAsAct(act: RequestAct, next: () => void): void {
  current.run(act, next);
}

/** Stops a route that would show sealed data and leaves no audit row: a mistake of the program, found by its first test. */
export function requireAudited(): void {
  const act = current.getStore();
  if (act !== undefined && !act.audited) {
    throw new Error(`${act.route} opens personal data and writes no audit row: give it access.audit`);
  }
}
