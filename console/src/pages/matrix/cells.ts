export type Outcome = "allow" | "mask" | "step_up" | "approve" | "deny";

export interface Cell {
  readonly role: string;
  readonly permission: string;
  readonly level: string;
  readonly outcome: Outcome;
}
export interface ScopeCell {
  readonly role: string;
  readonly domain: string;
  readonly scope: string;
}

/**
 * One level set to an outcome, with the levels of the same role and permission that must move along: a higher level is
 * never more open than a lower one. @returns the cells that change.
 */
export function withNeighbours(row: readonly Cell[], level: string, outcome: Outcome): Cell[] {
  const place = row.findIndex((cell) => cell.level === level);
  return row.flatMap((cell, at) => {
    const wanted = at === place ? outcome : at > place ? above(cell.outcome, outcome) : below(cell.outcome, outcome);
    return wanted === cell.outcome ? [] : [{ ...cell, outcome: wanted }];
  });
}

function above(now: Outcome, set: Outcome): Outcome {
  if (set === "deny") return "deny";
  return now === "allow" && set !== "allow" ? set : now;
}

function below(now: Outcome, set: Outcome): Outcome {
  if (set === "allow") return "allow";
  return now === "deny" && set !== "deny" ? set : now;
}
