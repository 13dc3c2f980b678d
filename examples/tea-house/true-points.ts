import { band, fixed, sum } from "./true-arithmetic.ts";
import type { TrueTags } from "./true-tags.ts";
import type { TruePerson } from "./truth.ts";

/** What somebody does with points: all movements of the one programme, whatever account they were told under. */
export function truePoints({ history }: TruePerson, today: number): TrueTags {
  const moves = history.events.filter((event) => event.kind === "points_movement" && event.day <= today);
  const points = (of: (amount: number, reason: string) => boolean) =>
    sum(moves, ({ body }) => {
      const amount = Number(body["points"]);
      return of(amount, String(body["reason"])) ? amount : 0;
    });
  const earned = points((amount) => amount > 0);
  const steps = [
    [1, "none"],
    [500, "low"],
    [2_000, "middle"],
  ] as const;
  return {
    points_use_rate: earned === 0 ? null : fixed(points((_, reason) => reason === "redeem") * -1, earned, 4),
    points_balance_band:
      moves.length === 0
        ? null
        : band(
            points(() => true),
            steps,
            "high",
          ),
  };
}
