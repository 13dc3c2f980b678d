import type { Tone } from "../parts/chips.tsx";

/** A colleague's work that somebody does for a while. */
export interface Delegation {
  readonly delegation_id: number;
  readonly giver_id: number;
  readonly giver: string;
  readonly taker_id: number;
  readonly taker: string;
  readonly role: string;
  readonly reason: string;
  readonly from_at: string;
  readonly until_at: string;
  readonly approver: string | null;
  readonly state: "asked" | "approved" | "active" | "over" | "ended" | "void";
}

export const DELEGATION_TONES: Readonly<Record<Delegation["state"], Tone>> = {
  asked: "warn",
  approved: "info",
  active: "good",
  over: "neutral",
  ended: "neutral",
  void: "bad",
};
