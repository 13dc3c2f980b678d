import { defineErrors } from "../../platform/errors.ts";

export const clientErrors = defineErrors("access", {
  client_key_invalid: {
    status: 401,
    zh: "接口密钥不对，或属于别的环境。请检查 Authorization 头是否为「Bearer htk_…」的完整密钥；如已遗失，请安全管理员轮换。",
    en: "This is no key of ours, or one of another installation. Check that the authorization header holds the whole key, “Bearer htk_…”; if it is lost, ask your security administrator for another one.",
  },
  client_key_ended: {
    status: 401,
    zh: "接口客户端「{client}」的这把密钥已过期或已停用。请换用新密钥；没有新密钥时，请安全管理员轮换。",
    en: "This key of the API client “{client}” has expired or was ended. Use the newer one, or ask your security administrator for one.",
  },
  client_revoked: {
    status: 401,
    zh: "接口客户端「{client}」已停用，不能再调用。如需继续，请安全管理员新建一个。",
    en: "The API client “{client}” was ended and calls nothing any more. Ask your security administrator for a new one.",
  },
  client_owner_gone: {
    status: 403,
    zh: "接口客户端「{client}」的负责人账号已停用。请安全管理员换一位负责人。",
    en: "The person who answers for the API client “{client}” has left. Ask your security administrator to name another one.",
  },
  client_address: {
    status: 403,
    zh: "接口客户端「{client}」不能从地址 {ip} 调用。请从允许的网络调用，或请安全管理员加上这个地址。",
    en: "The API client “{client}” may not call from {ip}. Call from an allowed network, or ask your security administrator to add this address.",
  },
  client_too_many: {
    status: 429,
    zh: "接口客户端「{client}」一分钟内超过 {limit} 次调用。请 {seconds} 秒后再试，并放慢速度。",
    en: "The API client “{client}” called more than {limit} times within a minute. Try again in {seconds} seconds, and slow down.",
  },
  client_people_only: {
    status: 403,
    zh: "接口客户端「{client}」不能使用这个接口：它只给登录的人使用。",
    en: "The API client “{client}” may not call this: it is for people who are signed in.",
  },
  client_not_allowed: {
    status: 403,
    zh: "接口客户端「{client}」没有「{permission_zh}」（{level_zh}）这项权限：没有给它、负责人的角色没有，或这一格需要再验证或批准（权限矩阵第 {version} 版）。请告诉安全管理员：{permission} {level}。",
    en: "The API client “{client}” may not do this (“{permission_en}”, {level_en}): it was not given it, its owner's role has it not, or the cell asks for a second factor or an approval (permission matrix, version {version}). Name {permission} {level} to your security administrator.",
  },
  client_not_found: {
    status: 404,
    zh: "没有这个接口客户端或密钥，或它已停用。请刷新页面。",
    en: "There is no such API client or key, or it was ended. Load the page again.",
  },
  client_permission: {
    status: 422,
    zh: "权限「{permission}」不能给接口客户端：没有这项权限，或它只能由人使用。请从列出的权限中选择。",
    en: "The permission {permission} cannot be given to a program: it does not exist, or is kept for people. Choose from those listed.",
  },
  client_network: {
    status: 422,
    zh: "「{network}」不是 IP 地址或网段。请写成 203.0.113.7 或 203.0.113.0/24。",
    en: "“{network}” is neither an IP address nor a network. Write 203.0.113.7 or 203.0.113.0/24.",
  },
  client_owner: {
    status: 422,
    zh: "负责人必须是在用的账号。请选择另一位同事。",
    en: "The person who answers for a client must have an active account. Choose another colleague.",
  },
  client_name_taken: {
    status: 409,
    zh: "已有名为「{client}」的接口客户端。请换一个名字。",
    en: "There is an API client called “{client}” already. Choose another name.",
  },
  clients_full: {
    status: 409,
    zh: "最多 {limit} 个接口客户端。请先停用不用的。",
    en: "No more than {limit} API clients are kept. End one that is not used first.",
  },
});
