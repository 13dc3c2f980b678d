/** A clear value of a batch with the token that stands for it behind the edge. */
export interface CutValue {
  readonly token: string;
  readonly kind: string;
  readonly value: string;
  readonly namespace?: string;
}
