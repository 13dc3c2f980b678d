/** What a model said for the year to come and what happened, summed up. */
export interface Errors {
  readonly predicted: number;
  readonly actual: number;
  /** Mean absolute error of a member. */
  readonly mae: number;
  readonly rmse: number;
}

export interface Decile {
  /** 1: the tenth for which most was predicted. */
  readonly decile: number;
  readonly members: number;
  readonly predicted: number;
  readonly actual: number;
}

export interface Judgement {
  readonly model: "house" | "bgnbd";
  readonly purchases: Errors;
  readonly spend_minor: Errors;
  /** Spend by tenths of the members, ordered by what this model predicted. */
  readonly deciles: readonly Decile[];
}

export interface HoldOut {
  readonly business_day: string;
  readonly members: number;
  readonly judgements: readonly Judgement[];
}

const DECILES = 10;

/** Predictions and outcomes of the same members; spend in minor units. */
export class Judge {
  readonly #model: Judgement["model"];
  readonly #purchases: [number, number][] = [];
  readonly #spend: [number, number][] = [];

  constructor(model: Judgement["model"]) {
    this.#model = model;
  }

  add(
    purchases: readonly [predicted: number, actual: number],
    spend: readonly [predicted: number, actual: number],
  ): void {
    this.#purchases.push([purchases[0], purchases[1]]);
    this.#spend.push([spend[0], spend[1]]);
  }

  verdict(): Judgement {
    return {
      model: this.#model,
      purchases: errorsOf(this.#purchases),
      spend_minor: errorsOf(this.#spend),
      deciles: decilesOf(this.#spend),
    };
  }
}

export function errorsOf(pairs: readonly (readonly [number, number])[]): Errors {
  let [predicted, actual, absolute, square] = [0, 0, 0, 0];
  for (const [said, was] of pairs) {
    predicted += said;
    actual += was;
    absolute += Math.abs(said - was);
    square += (said - was) ** 2;
  }
  const n = Math.max(1, pairs.length);
  return { predicted, actual, mae: absolute / n, rmse: Math.sqrt(square / n) };
}

/** Tenths by what was predicted, largest first; of equal predictions the order given decides. */
export function decilesOf(pairs: readonly (readonly [number, number])[]): Decile[] {
  const sorted = pairs.toSorted((a, b) => b[0] - a[0]);
  return Array.from({ length: DECILES }, (_, i) => {
    const from = Math.floor((i * sorted.length) / DECILES);
    const own = sorted.slice(from, Math.floor(((i + 1) * sorted.length) / DECILES));
    const { predicted, actual } = errorsOf(own);
    return { decile: i + 1, members: own.length, predicted, actual };
  });
}
