import { type CodeWords, defineErrors } from "../platform/errors.ts";

const APPROVAL_STATES: CodeWords = {
  waiting: ["等待批准", "waiting for approval"],
  approved: ["已批准", "approved"],
  done: ["已执行", "carried out"],
  refused: ["已拒绝", "refused"],
  withdrawn: ["已撤回", "withdrawn"],
  expired: ["已过期", "expired"],
};
const MATRIX_STATES: CodeWords = {
  draft: ["草稿", "a draft"],
  submitted: ["待批准", "waiting for approval"],
  active: ["生效中", "in force"],
  superseded: ["已替换", "an older version"],
  rejected: ["已退回", "rejected"],
  changed: ["提交后又被改动", "changed since it was submitted"],
  none: ["没有处理中的版本", "not open"],
};

export const accessErrors = defineErrors("access", {
  not_signed_in: { status: 401, zh: "请先登录。", en: "Sign in first." },
  not_allowed: {
    status: 403,
    zh: "您的角色「{role_zh}」没有「{permission_zh}」（{level_zh}）这项权限：权限矩阵第 {version} 版为「拒绝」。如确需使用，请联系安全管理员，并告诉对方权限代码 {permission} {level}。",
    en: "Your role ({role_en}) may not do this: version {version} of the permission matrix says deny to “{permission_en}” ({level_en}). If you need it, ask your security administrator and name {permission} {level}.",
  },
  step_up_required: {
    status: 401,
    zh: "这一步涉及「{permission_zh}」（{level_zh}），需要再次验证身份，{minutes} 分钟内有效。请完成两步验证后重试。",
    en: "This step (“{permission_en}”, {level_en}) needs a fresh second factor, not older than {minutes} minutes. Confirm who you are and try again.",
  },
  approval_required: {
    status: 403,
    zh: "「{permission_zh}」（{level_zh}）在权限矩阵第 {version} 版里需要批准，但这一步不能逐次申请。请让安全管理员为您的角色改用别的结果。",
    en: "“{permission_en}” ({level_en}) needs approval by version {version} of the permission matrix, but this step cannot be asked for one by one. Ask your security administrator for another outcome.",
  },
  approval_asked: {
    status: 403,
    zh: "已提交审批 #{approval_id}：{what_zh}。等待批准，可由 {who_zh} 处理；批准后到「信任 → 审批」执行。",
    en: "Request #{approval_id} was made: {what_en}. It waits for approval by {who_en}; carry it out under Trust → Approvals when it is given.",
  },
  approval_asked_alone: {
    status: 403,
    zh: "已提交审批 #{approval_id}：{what_zh}。目前没有其他人能批准，您可以在「信任 → 审批」一人批准，记录会注明「一人批准」。",
    en: "Request #{approval_id} was made: {what_en}. Nobody else can approve it at present: you may do so alone under Trust → Approvals, and it will say so.",
  },
  approval_asked_nobody: {
    status: 403,
    zh: "已提交审批 #{approval_id}：{what_zh}。但目前没有人能批准它，请联系创建人：需要一位有「审批」权限、自己也能做这件事的同事。",
    en: "Request #{approval_id} was made: {what_en}. But nobody can approve it at present: ask an owner for a colleague who may approve requests and do this themself.",
  },
  approval_ready: {
    status: 403,
    zh: "同样的申请 #{approval_id} 已批准，还没有执行。请到「信任 → 审批」执行。",
    en: "Request #{approval_id} for the same is approved and not carried out yet. Do so under Trust → Approvals.",
  },
  approval_reason: {
    status: 422,
    zh: "这一步需要同事批准：{what_zh}。请写明理由（至少 {min} 个字）后提交。",
    en: "This needs a colleague's approval: {what_en}. Give a reason of {min} characters or more.",
  },
  approvals_open: {
    status: 409,
    zh: "您有 {max} 个申请在等待批准，已到上限。请先撤回不需要的。",
    en: "{max} requests of yours wait for approval, which is the limit. Withdraw those you do not need.",
  },
  approval_not_found: {
    status: 404,
    zh: "没有审批 #{approval_id}，或它不是您提交的。",
    en: "There is no request #{approval_id}, or it is not yours.",
  },
  approval_state: {
    status: 409,
    zh: "审批 #{approval_id} 现在是「{state}」，不能这样做。请刷新后再看。",
    en: "Request #{approval_id} is {state} now, so this cannot be done. Load the page again.",
    words: { state: APPROVAL_STATES },
  },
  approval_changed: {
    status: 409,
    zh: "与审批 #{approval_id} 批准的内容不同：请求、它用到的定义或您能看到的门店变了。请重新申请。",
    en: "This is not what request #{approval_id} was approved for: the request, a definition it uses or your stores have changed. Ask again.",
  },
  approval_used: {
    status: 409,
    zh: "审批 #{approval_id} 已经执行过，只能执行一次。需要再做请重新申请。",
    en: "Request #{approval_id} was carried out already, and it is so once. Ask again for another time.",
  },
  approval_second_person: {
    status: 403,
    zh: "自己的申请要由另一位同事批准。现有可批准的人：{people} 位。",
    en: "A request is approved by somebody else than whoever made it. People who can: {people}.",
  },
  approval_not_yours: {
    status: 403,
    zh: "审批 #{approval_id} 不能由您处理：您的角色或门店范围不包含它，或者申请人在提交后邀请、改过或重置过您的账号。",
    en: "Request #{approval_id} is not yours to decide: your role or stores do not hold it, or whoever asked invited, re-roled or reset your account since.",
  },
  approval_needs_factor: {
    status: 403,
    zh: "批准需要第二种验证方式。请先在「我的安全」添加验证器或通行密钥。",
    en: "Approving needs a second factor. Add an authenticator app or a passkey under “My security” first.",
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
    zh: "链接无效、已使用或已过期。请重新启动服务获取新的设置链接，或请管理员重新生成。",
    en: "The link is wrong, used or expired. Restart the service for a new set-up link, or ask an administrator for a new one.",
  },
  password_weak: {
    status: 422,
    zh: "密码至少 {length_min} 位，且不能是常见密码或包含邮箱名。",
    en: "The password needs at least {length_min} characters and must not be a common one or contain the e-mail's name.",
  },
  password_simple: {
    status: 422,
    zh: "密码至少要包含小写字母、大写字母、数字、其他字符（如空格）中的 {classes_min} 类；{phrase_length} 个字符以上的一句话，{phrase_classes} 类即可。",
    en: "The password needs at least {classes_min} of: lower case, upper case, digits, others (such as a space); a phrase of {phrase_length} characters or more needs {phrase_classes}.",
  },
  password_used: {
    status: 422,
    zh: "不能使用最近 {history} 次用过的密码，请换一个。",
    en: "This is one of your last {history} passwords. Choose another one.",
  },
  password_old: {
    status: 403,
    zh: "密码已过期，请先在「我的安全」中修改密码，再继续操作。",
    en: "Your password has expired. Change it under “My security”, then go on.",
  },
  second_factor_required: {
    status: 401,
    zh: "还差一步：请用验证器动态码、通行密钥或恢复码完成登录。",
    en: "One more step: finish signing in with a code of your app, a passkey or a recovery code.",
  },
  second_factor_missing: {
    status: 403,
    zh: "您的角色必须使用第二种验证方式，请先在「我的安全」中添加验证器或通行密钥。",
    en: "Your role must use a second factor. Add an authenticator app or a passkey under “My security” first.",
  },
  code_wrong: {
    status: 401,
    zh: "动态码或恢复码不对，或已用过。请等待下一个动态码再试；连续输错 {limit} 次将锁定 {minutes} 分钟。",
    en: "The code is wrong or was used already. Wait for the next one; after {limit} wrong attempts in a row the account is locked for {minutes} minutes.",
  },
  factor_not_found: {
    status: 404,
    zh: "没有这个验证方式，可能已被移除。请刷新页面。",
    en: "There is no such factor; it may have been removed. Reload the page.",
  },
  factor_begun_long_ago: {
    status: 410,
    zh: "开始添加已超过 {minutes} 分钟，请重新添加验证器应用。",
    en: "This app was begun more than {minutes} minutes ago. Add the authenticator app again.",
  },
  factors_full: {
    status: 409,
    zh: "最多可添加 {limit} 个验证方式，请先移除不用的。",
    en: "No more than {limit} factors are kept. Remove one you do not use first.",
  },
  last_factor: {
    status: 409,
    zh: "您的角色必须保留至少一个验证方式，请先添加另一个。",
    en: "Your role must keep at least one factor. Add another one first.",
  },
  passkey_refused: {
    status: 401,
    zh: "通行密钥未通过验证（{reason}）。请重试，或改用动态码。",
    en: "The passkey was not accepted ({reason}). Try again, or use a code instead.",
  },
  passkey_needs_name: {
    status: 409,
    zh: "以 IP 地址打开的控制台不能使用通行密钥，请改用域名地址（如 {address}），或使用验证器动态码。",
    en: "Passkeys do not work at a bare IP address. Open the console by its name (such as {address}), or use an authenticator app.",
  },
  session_not_found: {
    status: 404,
    zh: "没有这个会话，可能已结束。",
    en: "There is no such session; it may have ended.",
  },
  own_factors: {
    status: 409,
    zh: "不能重置自己的验证方式，请在「我的安全」中逐个移除，或请另一位安全管理员重置。",
    en: "You cannot reset your own factors. Remove them under “My security”, or ask another security administrator.",
  },
  own_session: {
    status: 409,
    zh: "这是您当前的会话，请用「退出登录」结束它。",
    en: "This is the session you are using. Sign out to end it.",
  },
  own_account: {
    status: 409,
    zh: "不能改自己的角色或状态，也不能重置自己。请另一位管理员来做。",
    en: "Nobody changes or resets their own account here. Ask another administrator.",
  },
  owner_only: {
    status: 403,
    zh: "创建人和审计管理员的账号只能由创建人授予、修改或重置。请联系创建人。",
    en: "Accounts of owners and audit administrators are given, changed and reset by an owner only. Ask an owner.",
  },
  person_disabled: {
    status: 409,
    zh: "这个账号已停用，请先恢复再重置。",
    en: "This account is disabled. Enable it first.",
  },
  account_too_many: {
    status: 429,
    zh: "这个账号一分钟内的登录尝试太多，已暂停受理。请一分钟后再试；若不是您本人在尝试，请告诉安全管理员。",
    en: "Too many log-ins were tried with this account within a minute. Try again in a minute; if it was not you, tell your security administrator.",
  },
  sign_in_busy: {
    status: 503,
    zh: "此刻登录的请求太多，没有轮到这一个。请 {seconds} 秒后再试；已登录的人不受影响。",
    en: "Too many log-ins are waiting at this moment. Try again in {seconds} seconds; whoever is signed in goes on working.",
  },
  too_many: {
    status: 429,
    zh: "这个地址在一分钟内的未登录请求太多，已暂停受理。请一分钟后再试。",
    en: "Too many requests without a session came from this address within a minute. Try again in a minute.",
  },
  matrix_approver_made: {
    status: 403,
    zh: "您的账号在起草之后由这一版的修改人邀请、改过角色或重置过，不能由您批准。请另一位同事批准。",
    en: "Somebody who edited this version invited, re-roled or reset your account after it was begun. Another colleague must approve.",
  },
  administrators_same: {
    status: 422,
    zh: "系统、安全、审计三类管理员必须是三个人：姓名和邮箱都不能相同（「a+1@…」与「a@…」算同一个邮箱）。请改成三位同事。",
    en: "System, security and audit administrator are three people: no name and no mailbox twice (“a+1@…” is the mailbox “a@…”). Name three colleagues.",
  },
  duty_held: {
    status: 409,
    zh: "这个邮箱已担任另一类管理员（{role}）。系统、安全、审计三类管理员不能由同一个人兼任，请换一位同事。",
    en: "This mailbox holds another of the three administrators' roles already ({role}). Nobody holds two of them: choose another colleague.",
  },
  duty_change: {
    status: 409,
    zh: "三类管理员之间不能直接换角色：那样会由本人审计本人的操作。请停用这个账号，另邀请一位同事担任。",
    en: "None of the three administrators becomes another: they would judge their own acts. Disable this account and invite a colleague for the role.",
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
  audit_unavailable: {
    status: 503,
    zh: "审计记录写不进去，所以没有执行，也没有给出数据。请稍后再试；若反复出现，请联系系统管理员检查数据库。",
    en: "The audit row could not be written, so nothing was done and no data was given. Try again later; if it recurs, ask your system administrator to check the database.",
  },
  audit_outcome_unavailable: {
    status: 503,
    zh: "操作已开始，但结果的审计记录没写进去，所以没有确认。请先查看是否已生效，再决定是否重做。",
    en: "The act was begun, but the audit row of its outcome could not be written, so it is not confirmed. See whether it took effect before you repeat it.",
  },
  audit_export_too_large: {
    status: 422,
    zh: "符合条件的记录超过 {limit} 条。请缩小时间范围，分几次导出。",
    en: "More than {limit} rows match. Narrow the time and export in parts.",
  },
  cross_site: {
    status: 403,
    zh: "请求来自别的网站，已拒绝。请在控制台内操作。",
    en: "The request came from another site and was refused. Use the console itself.",
  },
  matrix_version_not_found: {
    status: 404,
    zh: "权限矩阵没有第 {version} 版。",
    en: "The permission matrix has no version {version}.",
  },
  matrix_open: {
    status: 409,
    zh: "第 {version} 版还没有处理完（{state}）。请先提交、批准或撤回它。",
    en: "Version {version} is still open ({state}). Submit, approve or withdraw it first.",
    words: { state: MATRIX_STATES },
  },
  matrix_state: {
    status: 409,
    zh: "第 {version} 版现在是「{state}」，不能这样做。请刷新后再看。",
    en: "Version {version} is {state} now, so this cannot be done. Load the page again.",
    words: { state: MATRIX_STATES },
  },
  matrix_invalid: {
    status: 422,
    zh: "权限矩阵有 {count} 处不对，都列在下面。请改好后再试。",
    en: "The permission matrix has {count} faults, all named below. Correct them and try again.",
  },
  matrix_unchanged: {
    status: 422,
    zh: "这一版与生效中的版本没有差别，不需要提交。",
    en: "This version does not differ from the one in force: there is nothing to submit.",
  },
  matrix_second_person: {
    status: 403,
    zh: "自己起草的版本要由另一位有批准权的同事生效。现有可批准的人：{people} 位。",
    en: "A version is put into force by somebody else than its author. People who can approve it: {people}.",
  },
  matrix_locks_out: {
    status: 422,
    zh: "这样一来，就没有在职人员能再修改或批准权限矩阵了。请至少给一位留下这两项权限。",
    en: "After this nobody could change or approve the permission matrix any more. Leave both permissions to somebody.",
  },
  matrix_file: {
    status: 422,
    zh: "这不是导出的权限矩阵文件：{reason}。请先导出一份，在它上面改。",
    en: "This is not an exported permission matrix: {reason}. Export one first and edit that.",
  },
  lookup_limit: {
    status: 429,
    zh: "24 小时内跨店查找会员已达 {limit} 次上限。请稍后再试；确有需要请联系店长或安全管理员。",
    en: "You have looked up {limit} members outside your stores within 24 hours. Try again later, or ask your manager.",
  },
  viewing_only: {
    status: 403,
    zh: "正在以「{role_zh}」查看，不能修改任何东西。请先退出查看。",
    en: "You are looking as {role_en}, and nothing can be changed meanwhile. Leave that view first.",
  },
  demo_only: {
    status: 409,
    zh: "「以角色查看」只在演示数据上提供，这里是真实数据。请在演示环境使用。",
    en: "Viewing as another role is offered on demo data only; this installation holds real data.",
  },
});
