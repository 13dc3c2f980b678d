/** Undo and redo over immutable states: the last states are kept up to a bound. */
export interface History<State> {
  readonly past: readonly State[];
  readonly present: State;
  readonly future: readonly State[];
  /** What the last step changed; another step on the same thing continues it instead of adding one. */
  readonly mark?: string | undefined;
}

export const HISTORY_STEPS_MAX = 100;

export const begin = <State>(present: State): History<State> => ({ past: [], present, future: [] });

/** A new state. Steps with the same mark in a row (typing a number into one chip) are one step back. */
export function record<State>(history: History<State>, next: State, mark?: string): History<State> {
  if (Object.is(next, history.present)) return history;
  if (mark !== undefined && mark === history.mark) return { ...history, present: next, future: [] };
  return { past: [...history.past, history.present].slice(-HISTORY_STEPS_MAX), present: next, future: [], mark };
}

export function undo<State>(history: History<State>): History<State> {
  const previous = history.past.at(-1);
  if (previous === undefined) return history;
  return { past: history.past.slice(0, -1), present: previous, future: [history.present, ...history.future] };
}

export function redo<State>(history: History<State>): History<State> {
  const next = history.future[0];
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future: history.future.slice(1) };
}
