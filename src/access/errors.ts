import { defineErrors } from "../platform/errors.ts";

export const accessErrors = defineErrors("access", {
  not_signed_in: { status: 401, zh: "请先登录。", en: "Sign in first." },
  not_allowed: {
    status: 403,
    zh: "您的角色「{role}」没有这项权限（{permission}）。如确需使用，请联系安全管理员。",
    en: "Your role ({role}) does not have the permission {permission}. Ask your security administrator if you need it.",
  },
  wrong_credentials: {
    status: 401,
    zh: "邮箱或密码不对。连续输错 {limit} 次将锁定 {minutes} 分钟。",
    en: "E-mail or password is wrong. After {limit} wrong attempts in a row the account is locked for {minutes} minutes.",
  },
  locked: {
    status: 429,
    zh: "输错次数过多，请在 {minutes} 分钟后再试。",
    en: "Too many wrong attempts. Try again in {minutes} minutes.",
  },
  setup_done: {
    status: 409,
    zh: "平台已完成初始设置，请直接登录。",
    en: "The platform is already set up. Sign in.",
  },
  link_invalid: {
    status: 410,
    zh: "链接无效、已使用或已过期。请重新启动服务获取新的设置链接，或请管理员重新邀请。",
    en: "The link is wrong, used or expired. Restart the service for a new set-up link, or ask for a new invitation.",
  },
  password_weak: {
    status: 422,
    zh: "密码至少 {length_min} 位，且不能是常见密码或包含邮箱名。",
    en: "The password needs at least {length_min} characters and must not be a common one or contain the e-mail's name.",
  },
  email_invalid: { status: 422, zh: "邮箱格式不对：{email}。", en: "This is not an e-mail address: {email}." },
  email_taken: { status: 409, zh: "该邮箱已有账号。", en: "There is already an account with this e-mail." },
  role_unknown: { status: 422, zh: "没有这个角色：{role}。", en: "There is no role {role}." },
  person_not_found: { status: 404, zh: "没有这个用户。", en: "There is no such person." },
  last_owner: {
    status: 409,
    zh: "至少要保留一位可用的创建人，请先指定另一位。",
    en: "At least one active owner must remain. Name another one first.",
  },
  cross_site: {
    status: 403,
    zh: "请求来自别的网站，已拒绝。请在控制台内操作。",
    en: "The request came from another site and was refused. Use the console itself.",
  },
});
