import type { ClearRecord } from "../../src/ingest/index.ts";
import { id, record } from "./member-records.ts";

/** Unusual values in every field that a source can send; none of them may be found anywhere afterwards. */
export const CANARY = {
  phone: "13798765432",
  old_phone: "13598761234",
  email: "quetzal.canary@example.com",
  card: "8866770099",
  openid: "oQUETZALcanary000000000001",
  unionid: "uQUETZALcanary00000000002",
  crm: "CRMQUETZAL77",
  mall: "MALLQUETZAL88",
  name: "欧阳瑱翾",
  birthday: "1951-02-23",
  address: "厦门市思明区鷽鸪路 4711 号",
  occupation: "鸟类鸣声学家",
  review: "这款凤梨鸦片香茶让我想起鸓鼠的叫声",
  contact: "我的猫叫翡冷翠九世",
  remark: "请放在鶠树下的蓝色邮箱",
  extra: "鸑鷟收藏者",
} as const;
/** What a reader would look for: the values, and what they are stored as. */
export const WANTED = [
  "13798765432",
  "13598761234",
  "quetzal.canary",
  "8866770099",
  "QUETZALcanary",
  "CRMQUETZAL77",
  "MALLQUETZAL88",
  "瑱翾",
  "1951-02-23",
  "鷽鸪路",
  "鸟类鸣声学家",
  "鸓鼠",
  "翡冷翠九世",
  "鶠树",
  "鸑鷟",
];

/** What a source says of the canary, and of a bystander who invited them. */
export function canaryRecords(): ClearRecord[] {
  const identities = [
    id("crm_id", CANARY.crm),
    id("mall_id", CANARY.mall),
    id("card_no", CANARY.card),
    id("openid", CANARY.openid),
    id("unionid", CANARY.unionid),
    id("phone", CANARY.phone),
    id("email", CANARY.email),
  ];
  return [
    record("member", "2026-01-05", [id("crm_id", CANARY.crm), id("phone", CANARY.old_phone)], { name: CANARY.name }),
    record("member", "2026-02-05", identities, {
      name: CANARY.name,
      birthday: CANARY.birthday,
      address: CANARY.address,
      occupation: CANARY.occupation,
      gender: "female",
      city: "厦门",
      home_store_code: "XM01",
      consents: [
        {
          purpose: "marketing",
          channel: "sms",
          granted: true,
          text_version: "v3",
          at: "2026-02-01T00:00:00Z",
          via: "till",
        },
      ],
      extra: { nickname: CANARY.extra },
    }),
    record("order", "2026-02-06", [id("card_no", CANARY.card)], {
      order_no: "O-QUIET-1",
      store_code: "XM01",
      status: "paid",
      remark: CANARY.remark,
      lines: [{ sku: "T1", quantity: 2, unit_price: "88.00" }],
    }),
    record("review", "2026-02-07", [id("openid", CANARY.openid)], { rating: 5, sku: "T1", text: CANARY.review }),
    record("service_contact", "2026-02-08", [id("phone", CANARY.phone)], { text: CANARY.contact }),
    record("referral", "2026-02-09", [id("crm_id", "B1")], {
      role: "inviter",
      stage: "joined",
      counterpart: { phone: CANARY.phone, crm_id: CANARY.crm },
    }),
    record("member", "2026-01-01", [id("crm_id", "B1"), id("phone", "13311112222")], {
      name: "王二",
      home_store_code: "XM01",
    }),
    record("order", "2026-02-06", [id("crm_id", "B1")], {
      order_no: "O-B1",
      store_code: "XM01",
      status: "paid",
      lines: [{ sku: "T1", quantity: 1, unit_price: "20.00" }],
    }),
  ];
}
