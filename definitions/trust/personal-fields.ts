/** Why each personal field is held, on what ground, and for how long. */
export interface PersonalField {
  /** `record kind.field`, or `identity.kind`, as in the vocabulary of records. */
  readonly field: string;
  readonly purpose: { readonly zh: string; readonly en: string };
  /** PIPL 13: consent; contract with the member; a duty by law; employment (staff). */
  readonly basis: "consent" | "contract" | "law" | "employment";
  /** Days after the membership ended; 0: with it. */
  readonly kept_days: number;
}

const membership = { zh: "识别会员、累计等级与权益", en: "to know the member, tier and benefits" };
const service = { zh: "售后与客服", en: "after-sales and service" };
const delivery = { zh: "交付订单与售后", en: "to deliver orders and serve them" };
const care = { zh: "会员同意后的个性化服务", en: "personal service with the member's consent" };

/** The processing inventory that Huitou is shipped with; a field that records may carry and this list does not name is a fault. */
export const PERSONAL_FIELDS: readonly PersonalField[] = [
  { field: "member.name", purpose: membership, basis: "contract", kept_days: 0 },
  { field: "member.gender", purpose: care, basis: "consent", kept_days: 0 },
  { field: "member.birthday", purpose: care, basis: "consent", kept_days: 0 },
  { field: "member.address", purpose: care, basis: "consent", kept_days: 0 },
  { field: "member.occupation", purpose: care, basis: "consent", kept_days: 0 },
  { field: "member.children", purpose: care, basis: "consent", kept_days: 0 },
  {
    field: "staff.name",
    purpose: { zh: "销售归属与服务", en: "who sold and served" },
    basis: "employment",
    kept_days: 730,
  },
  { field: "order.receiver_name", purpose: delivery, basis: "contract", kept_days: 0 },
  { field: "order.receiver_address", purpose: delivery, basis: "contract", kept_days: 0 },
  { field: "order.remark", purpose: delivery, basis: "contract", kept_days: 0 },
  { field: "review.text", purpose: service, basis: "consent", kept_days: 0 },
  {
    field: "referral.counterpart",
    purpose: { zh: "确认推荐关系并发放权益", en: "to confirm a referral and its benefit" },
    basis: "contract",
    kept_days: 0,
  },
  { field: "service_contact.text", purpose: service, basis: "contract", kept_days: 0 },
  { field: "identity.phone", purpose: membership, basis: "contract", kept_days: 0 },
  { field: "identity.openid", purpose: membership, basis: "contract", kept_days: 0 },
  { field: "identity.unionid", purpose: membership, basis: "contract", kept_days: 0 },
  { field: "identity.external_userid", purpose: membership, basis: "contract", kept_days: 0 },
  { field: "identity.card_no", purpose: membership, basis: "contract", kept_days: 0 },
  { field: "identity.mall_id", purpose: membership, basis: "contract", kept_days: 0 },
  { field: "identity.crm_id", purpose: membership, basis: "contract", kept_days: 0 },
  { field: "identity.email", purpose: membership, basis: "contract", kept_days: 0 },
  {
    field: "identity.id_number",
    purpose: { zh: "法律要求实名时核验", en: "to check who somebody is where law asks for it" },
    basis: "law",
    kept_days: 0,
  },
];
