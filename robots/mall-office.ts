import type { Robot, Target } from "./contract.ts";

/** Elements of the mall's back office, by every name they are known to have had. */
export const PARTS = {
  user: {
    what: { zh: "账号输入框", en: "the account field" },
    labels: ["账号", "登录账号"],
    test_id: "user",
    position: "#login input[type=text]",
  },
  password: {
    what: { zh: "密码输入框", en: "the password field" },
    labels: ["密码", "登录密码"],
    test_id: "password",
    position: "#login input[type=password]",
  },
  sign_in: {
    what: { zh: "登录按钮", en: "the log-in button" },
    role: "button",
    names: ["登录", "立即登录"],
    test_id: "sign-in",
    position: "#login button",
  },
  from: {
    what: { zh: "开始日期", en: "the first day" },
    labels: ["开始日期", "起始日期"],
    test_id: "from",
    position: "#orders label:nth-of-type(1) input",
  },
  to: {
    what: { zh: "结束日期", en: "the last day" },
    labels: ["结束日期", "截止日期"],
    test_id: "to",
    position: "#orders label:nth-of-type(2) input",
  },
  export: {
    what: { zh: "导出订单按钮", en: "the button that exports orders" },
    role: "button",
    names: ["导出订单", "下载订单明细"],
    test_id: "export",
    position: "#orders button[formaction]",
  },
  reference: {
    what: { zh: "外部单号输入框", en: "the field for our own number" },
    labels: ["外部单号", "第三方单号"],
    test_id: "reference",
    position: "#gift label:nth-of-type(1) input",
  },
  phone: {
    what: { zh: "会员手机号输入框", en: "the field for the member's phone number" },
    labels: ["会员手机号", "收件会员手机"],
    test_id: "phone",
    position: "#gift input[type=tel]",
  },
  gift: {
    what: { zh: "礼品输入框", en: "the field for the gift" },
    labels: ["礼品", "礼品名称"],
    test_id: "gift",
    position: "#gift label:nth-of-type(3) input",
  },
  submit: {
    what: { zh: "提交按钮", en: "the button that submits" },
    role: "button",
    names: ["提交", "确认提交"],
    test_id: "submit",
    position: "#gift button",
  },
  order_no: {
    what: { zh: "礼品单号", en: "the number of the gift order" },
    test_id: "order-no",
    position: "#order-no",
  },
  refusal: { what: { zh: "未受理的说明", en: "why it was refused" }, role: "alert", position: ".alert" },
  list: { what: { zh: "礼品单列表", en: "the list of gift orders" }, position: "#found" },
  found: {
    what: { zh: "查到的礼品单号", en: "the gift order that was found" },
    position: "#found tbody tr td:first-child",
  },
} as const satisfies Readonly<Record<string, Target>>;

/** Columns and fields of its pages that show people. */
export const COVERS = ["#gift input[type=tel]", "#found td:nth-child(4)", "table:not(#found) td:nth-child(3)"] as const;

export const SECRETS = {
  user: { zh: "后台账号", en: "Account of the back office" },
  password: { zh: "后台密码", en: "Password of the back office" },
} as const;

export const session = {
  ended: PARTS.password,
  signIn: async (robot: Robot<{ address: string }>) => {
    await robot.go(`${robot.inputs.address}/login`);
    await robot.fillSecret(PARTS.user, "user");
    await robot.fillSecret(PARTS.password, "password");
    await robot.click(PARTS.sign_in);
    const seen = await robot.await({
      refused: PARTS.refusal,
      inside: {
        what: { zh: "登录后的订单页", en: "the orders page behind the log-in" },
        position: "#orders, #gifts",
      },
    });
    if (seen === "refused")
      robot.refuse({
        zh: `后台没有让机器人登录：${await robot.read(PARTS.refusal)}。请核对它的账号和密码。`,
        en: "The back office did not let the robot in. Check its account and password.",
      });
  },
};

type Office = Robot<{ address: string }>;

/** A gift order by our own number for it. @returns its number here */
export async function findGift(robot: Office, reference: string): Promise<string | undefined> {
  await robot.go(`${robot.inputs.address}/gifts?reference=${reference}`);
  await robot.await({ list: PARTS.list });
  return (await robot.sees(PARTS.found)) ? robot.read(PARTS.found) : undefined;
}

/** Fills in the form of a gift order. @returns its number */
export async function enterGift(
  robot: Office,
  order: { readonly reference: string; readonly member_id: number; readonly gift: string },
): Promise<string> {
  await robot.go(`${robot.inputs.address}/gifts/new`);
  await robot.fill(PARTS.reference, order.reference);
  await robot.fillPhone(PARTS.phone, order.member_id);
  await robot.fill(PARTS.gift, order.gift);
  await robot.click(PARTS.submit);
  const seen = await robot.await({ order: PARTS.order_no, refused: PARTS.refusal });
  if (seen === "refused") {
    const why = await robot.read(PARTS.refusal);
    robot.refuse({ zh: `后台没有受理：${why}`, en: `The back office refused: ${why}` });
  }
  return robot.read(PARTS.order_no);
}
