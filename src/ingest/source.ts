import type { EventRule, RecordMapping } from "./protocols/field-mapping.ts";
import type { IdentityKind } from "./vocabulary/identity-kinds.ts";

/** What speaks to a source's address. */
export const SOURCE_KINDS = ["segment", "sensors", "webhook", "shopify", "rest", "file", "pull"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** Data that tell the edge how to read one source; the forms are checked by source-settings.ts. */
export interface SourceSettings {
  /** What an SDK's own user id is here (`userId`, `$identity_login_id`); mall_id by default. */
  readonly user_id_kind?: IdentityKind;
  /** What Segment's `previousId` is here; cookie by default. */
  readonly previous_id_kind?: IdentityKind;
  /** What a bare `distinct_id` of Sensors is here; judged by its form by default. */
  readonly distinct_id_kind?: IdentityKind;
  /** Own identity keys of Sensors ("$identity_vip_no": "card_no"). */
  readonly identity_kinds?: Readonly<Record<string, IdentityKind>>;
  /** Own event names of an SDK: kind and fields. */
  readonly events?: Readonly<Record<string, EventRule>>;
  /** Sensors: item types that are goods ("sku": "product"); `product`, `sku`, `goods` and `commodity` by default. */
  readonly product_item_types?: readonly string[];
  /** Webhook: how a payload becomes records; several mappings make several records of one payload. */
  readonly mappings?: readonly RecordMapping[];
  /** Webhook: whether every request must be signed (Standard Webhooks). */
  readonly signed?: boolean;
}

export interface Source {
  readonly source_id: number;
  readonly key: string;
  readonly name: string;
  readonly kind: SourceKind;
  readonly state: "live" | "paused";
  /** Where namespaced identifiers of this source are unique; its key by default, the mall's when it speaks for the mall. */
  readonly namespace: string;
  readonly settings: SourceSettings;
  readonly rate_per_second_max: number;
  readonly event_bytes_max: number;
  readonly batch_bytes_max: number;
  readonly expected_every_seconds: number | null;
}
