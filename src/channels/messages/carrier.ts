import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import type { Channel } from "./request.ts";
import type { Content, Rendered } from "./template.ts";

/** One message with everything a service needs. The address is clear: it is held for as long as the sending takes. */
export interface Letter {
  readonly message_id: number;
  readonly member_id: number;
  readonly address: string;
  readonly content: Content;
  readonly rendered: Rendered;
  /** Who sends it, where somebody does: the code of the member's associate. */
  readonly sender?: string;
}

/**
 * What a service said. `refused`: never try this one again. `later`: it certainly did not go out. `unknown`: it may have gone
 * out, and is asked for before anything else is done. `lost`: nobody can say, and nobody will.
 */
export type Receipt =
  | {
      readonly message_id: number;
      readonly kind: "accepted";
      readonly service_id: string | null;
      readonly code: string;
      /** Billed pieces by the service's own count, where it says so. */
      readonly parts?: number;
    }
  | { readonly message_id: number; readonly kind: "refused"; readonly code: string }
  | { readonly message_id: number; readonly kind: "later"; readonly code: string; readonly wait_s?: number }
  | { readonly message_id: number; readonly kind: "unknown" | "lost"; readonly code: string }
  /** The service has it, and somebody has yet to send it. */
  | { readonly message_id: number; readonly kind: "prepared"; readonly service_id: string; readonly code: string }
  /** Nobody sent it in time, and nobody can any more. */
  | { readonly message_id: number; readonly kind: "not_confirmed"; readonly code: string };

/** Something to be asked for. */
export interface Asked {
  readonly message_id: number;
  /** The address to which it went. */
  readonly address: string;
  /** Real time. */
  readonly handed_at: Date;
  /** Of what is prepared. */
  readonly service_id?: string | null;
}

/** What a service says of a message that it took: whether it arrived. */
export interface Delivery {
  readonly message_id: number;
  readonly state: "delivered" | "failed";
  readonly code: string;
  readonly at: Date;
  /** Billed pieces by the service's own count, where it says so. */
  readonly parts: number | null;
}

/** By what kind of identifier a service finds a member. */
export type AddressKind = "phone" | "email" | "openid" | "external_userid";

/** A way out. `within` channels are tables of ours: what they take is written in the transaction of the gate. */
export type Carrier =
  | {
      readonly channel: Channel;
      readonly address: AddressKind | null;
      /** Makes ready what is written, asking nothing of the gate's transaction. @returns what writes it there */
      readonly within: (ground: Ground, letters: readonly Letter[]) => Promise<(tx: Tx) => Promise<void>>;
    }
  | {
      readonly channel: Channel;
      readonly address: AddressKind | null;
      /** So many under way at most: what the service takes in a few seconds. */
      readonly under_way_max: number;
      /** Given to it together, for a service that takes many as one; 200 unless it says so. */
      readonly at_once?: number;
      /** Every letter gets a receipt; nothing is thrown. */
      readonly send: (ground: Ground, letters: readonly Letter[]) => Promise<readonly Receipt[]>;
      /** What became of messages whose answer was lost; null where the service cannot be asked. */
      readonly ask: ((ground: Ground, asked: readonly Asked[]) => Promise<readonly Receipt[]>) | null;
      /** Which of these arrived or did not; of whom it says nothing there is no word yet. Null: it never says. */
      readonly receipts: ((ground: Ground, asked: readonly Asked[]) => Promise<readonly Delivery[]>) | null;
      /** What became of what is prepared; `prepared` again where nothing did yet. Absent: nothing is ever prepared. */
      readonly confirmations?: (ground: Ground, asked: readonly Asked[]) => Promise<readonly Receipt[]>;
    };

/** What came of trying a connection; nothing was sent to anybody. */
export interface ConnectionTried {
  readonly ok: boolean;
  readonly code: string;
  /** In the service's own words. */
  readonly text: string;
}

/** The code of whoever does not know a message. */
export const NOT_TAKEN = "not_taken";

/** How long an answer may take before it counts as lost. */
export const LEASE_MS = 45_000;
