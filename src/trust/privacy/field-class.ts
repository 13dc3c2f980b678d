import type { Level } from "../../platform/index.ts";

/** Fields that are kept for one purpose, on one basis, for one time. */
export interface FieldClass {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly level: Level;
  /** What it is for, and the processing activity of the inventory that it belongs to. */
  readonly purpose_zh: string;
  readonly purpose_en: string;
  readonly activity: string;
  readonly legal_basis: "consent" | "contract" | "legal_duty";
  /** Days after which it goes by itself; null: with the member, or with what it belongs to. */
  readonly days: number | null;
}

const kept = (
  key: string,
  level: Level,
  [zh, en]: readonly [string, string],
  [purpose_zh, purpose_en]: readonly [string, string],
  [activity, legal_basis]: readonly [string, FieldClass["legal_basis"]],
  days: number | null = null,
): FieldClass => ({ key, level, zh, en, purpose_zh, purpose_en, activity, legal_basis, days });

const THREE_YEARS = 3 * 365 + 1;

/** How long what is kept, shipped; a brand may set other days (trust.retention_policy). */
export const FIELD_CLASSES: readonly FieldClass[] = [
  kept(
    "identifier",
    "L3",
    ["身份标识", "Identifiers"],
    ["认出会员，合并账号", "To know the member again and join accounts"],
    ["membership", "contract"],
  ),
  kept(
    "sealed",
    "L4",
    ["加密的原值", "Sealed values"],
    ["保存只能解封查看的原值", "To keep values that are only opened with a reason"],
    ["membership", "contract"],
  ),
  kept("profile", "L3", ["会员资料", "Profile"], ["提供会员服务", "To serve the member"], ["membership", "contract"]),
  kept(
    "consent",
    "L3",
    ["同意记录", "Consents"],
    ["证明同意与撤回", "To prove consent and withdrawal"],
    ["membership", "legal_duty"],
  ),
  kept(
    "behaviour",
    "L3",
    ["行为记录", "Behaviour"],
    ["服务与活跃判断", "To serve and to know who is active"],
    ["membership", "contract"],
    THREE_YEARS,
  ),
  kept(
    "identity_evidence",
    "L3",
    ["合并依据", "Evidence of identity"],
    ["解释并撤回合并", "To explain and take back joins"],
    ["membership", "contract"],
  ),
  kept(
    "source_record",
    "L3",
    ["来源原始记录", "Records as they came"],
    ["核对来源、重放更正", "To check sources and to mend what was wrong"],
    ["membership", "contract"],
    THREE_YEARS,
  ),
  kept(
    "rights",
    "L3",
    ["权利请求", "Rights requests"],
    ["办理并证明个人信息权利", "To answer rights requests and to prove it"],
    ["rights", "legal_duty"],
  ),
  kept(
    "attempt",
    "L2",
    ["身份核对失败", "Failed identity checks"],
    ["防止猜测", "So that nobody guesses"],
    ["rights", "legal_duty"],
    30,
  ),
  kept(
    "lookup",
    "L2",
    ["跨店查找", "Look-ups beyond the own stores"],
    ["发现滥用", "To find misuse"],
    ["rights", "legal_duty"],
    180,
  ),
];

export function fieldClass(key: string): FieldClass {
  const found = FIELD_CLASSES.find((one) => one.key === key);
  if (found === undefined) throw new Error(`no class of fields ${key}`);
  return found;
}
