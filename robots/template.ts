import { Type } from "typebox";
import { address, defineFlow } from "./contract.ts";

/** The least that a robot can be: sign in, open a page, read a number. Copy it, and add it to index.ts. */
export const template = defineFlow({
  key: "template",
  zh: "模板",
  en: "Template",
  sentence_zh: "登录后台，读出首页上的一个数字。",
  sentence_en: "Signs in to a back office and reads one figure of its first page.",
  inputs: Type.Object({ address: address({ zh: "后台地址", en: "Address of the back office" }) }),
  outputs: Type.Object({ figure: Type.String() }),
  secrets: {
    user: { zh: "账号", en: "Account" },
    password: { zh: "密码", en: "Password" },
  },
  needs: [],
  minutes_max: 5,
  covers: [".customer-name", ".customer-phone"],
  session: {
    ended: {
      what: { zh: "密码输入框", en: "the password field" },
      labels: ["密码", "Password"],
      position: "input[type=password]",
    },
    signIn: async (robot) => {
      await robot.go(`${robot.inputs.address}/login`);
      await robot.fillSecret(
        { what: { zh: "账号输入框", en: "the account field" }, labels: ["账号", "Account"] },
        "user",
      );
      await robot.fillSecret(
        { what: { zh: "密码输入框", en: "the password field" }, labels: ["密码", "Password"] },
        "password",
      );
      await robot.click({
        what: { zh: "登录按钮", en: "the log-in button" },
        role: "button",
        names: ["登录", "Sign in"],
      });
    },
  },
  run: async (robot) =>
    robot.step({ zh: "读出数字", en: "Read the figure" }, async () => {
      await robot.go(robot.inputs.address);
      return {
        figure: await robot.read({
          what: { zh: "首页上的数字", en: "the figure of the first page" },
          test_id: "figure",
          position: "main strong",
        }),
      };
    }),
});
