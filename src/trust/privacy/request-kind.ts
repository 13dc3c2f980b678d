/** What a member may ask for. Articles are those of the Personal Information Protection Law (PIPL). */
export const REQUEST_KINDS = [
  "access",
  "copy",
  "correct",
  "delete",
  "withdraw",
  "refuse_profiling",
  "allow_profiling",
  "explain",
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

export interface KindInfo {
  readonly kind: RequestKind;
  readonly zh: string;
  readonly en: string;
  readonly article: string;
  /** `working`: 15 working days (GB/T 35273-2020 8.5); `calendar`: 30 days (8.7). */
  readonly due: { readonly days: number; readonly count: "working" | "calendar" };
}

const THIRTY = { days: 30, count: "calendar" } as const;
const FIFTEEN = { days: 15, count: "working" } as const;
const info = (kind: RequestKind, zh: string, en: string, article: string, due: KindInfo["due"] = THIRTY): KindInfo => ({
  kind,
  zh,
  en,
  article,
  due,
});

export const KIND_INFO: readonly KindInfo[] = [
  info("access", "查阅", "See", "PIPL 45"),
  info("copy", "复制、转移", "Copy or transfer", "PIPL 45"),
  info("correct", "更正、补充", "Correct", "PIPL 46"),
  info("delete", "注销、删除", "Delete", "PIPL 47", FIFTEEN),
  info("withdraw", "撤回同意", "Withdraw consent", "PIPL 15"),
  info("refuse_profiling", "拒绝画像", "Refuse profiling", "PIPL 24"),
  info("allow_profiling", "恢复画像", "Allow profiling again", "PIPL 24"),
  info("explain", "解释说明", "Explain the rules", "PIPL 48"),
];

export function kindInfo(kind: RequestKind): KindInfo {
  const found = KIND_INFO.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`no rights request of kind ${kind}`);
  return found;
}

/** Why a request may be refused; the reason in words is mandatory beside it (PIPL 50). */
export const REFUSAL_GROUNDS = [
  "identity_not_proved",
  "required_by_law",
  "others_rights",
  "repeated",
  "not_held",
] as const;
export type RefusalGround = (typeof REFUSAL_GROUNDS)[number];

export const REQUEST_STATES = ["received", "verified", "running", "done", "refused", "cancelled"] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** Where a request may go from each state; the database holds the same table as a trigger. */
export const MOVES: Readonly<Record<RequestState, readonly RequestState[]>> = {
  received: ["verified", "refused", "cancelled"],
  verified: ["running", "done", "refused", "cancelled"],
  running: ["done"],
  done: [],
  refused: [],
  cancelled: [],
};
