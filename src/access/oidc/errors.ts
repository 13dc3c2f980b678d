import { defineErrors } from "../../platform/errors.ts";

export const oidcErrors = defineErrors("access", {
  oidc_off: {
    status: 409,
    zh: "没有开启单点登录。请用邮箱和密码登录，或请安全管理员开启。",
    en: "Single sign-on is off. Sign in with e-mail and password, or ask your security administrator to turn it on.",
  },
  oidc_unreachable: {
    status: 502,
    zh: "连不上身份服务 {issuer}（{reason}）。请检查地址；内网的身份服务需要系统管理员写入 HUITOU_OIDC_ORIGINS。",
    en: "The identity provider {issuer} could not be asked ({reason}). Check its address; one inside your own network must be named in HUITOU_OIDC_ORIGINS by your system administrator.",
  },
  oidc_issuer: {
    status: 422,
    zh: "身份服务的地址 {issuer} 用不了（{reason}），设置没有保存。请检查地址；内网的身份服务需要系统管理员写入 HUITOU_OIDC_ORIGINS。",
    en: "The identity provider {issuer} cannot be used ({reason}); nothing was saved. Check its address; one inside your own network must be named in HUITOU_OIDC_ORIGINS by your system administrator.",
  },
  oidc_attempt: {
    status: 410,
    zh: "这次单点登录已用过、超过 {minutes} 分钟，或不是从这个浏览器开始的。请回到登录页重新开始。",
    en: "This sign-in was used, is older than {minutes} minutes, or was begun in another browser. Begin again on the sign-in page.",
  },
  oidc_refused: {
    status: 401,
    zh: "「{provider}」的应答没有通过核对（{reason}）。请重新登录；若反复出现，请把这个代码告诉安全管理员。",
    en: "What “{provider}” answered was not accepted ({reason}). Sign in again; if it recurs, give this code to your security administrator.",
  },
  oidc_email: {
    status: 403,
    zh: "身份服务没有给出已验证的邮箱（{claim}）。请联系安全管理员。",
    en: "The identity provider named no verified e-mail address ({claim}). Ask your security administrator.",
  },
  oidc_domain: {
    status: 403,
    zh: "不允许用 {domain} 的邮箱登录。请换用公司邮箱，或联系安全管理员。",
    en: "E-mail addresses of {domain} are not let in. Use the company's address, or ask your security administrator.",
  },
  oidc_no_account: {
    status: 403,
    zh: "这个邮箱在这里没有可用的账号。请让管理员先邀请您，再登录。",
    en: "There is no active account for this e-mail address here. Ask an administrator to invite you first.",
  },
  oidc_other_account: {
    status: 403,
    zh: "这个邮箱的账号已与身份服务中的另一个用户关联。如果您换过账号，请安全管理员先解除关联。",
    en: "The account of this e-mail address belongs to another user of the identity provider. If yours was made anew, ask your security administrator to take the old link away.",
  },
});
