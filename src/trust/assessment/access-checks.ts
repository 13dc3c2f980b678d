import {
  ADMIN_ROLES,
  lockoutWorks,
  matrixFacts,
  type PeopleFacts,
  peopleFacts,
  PERMISSIONS,
} from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { type Check, finding } from "./item.ts";

function people(ground: Ground): Promise<PeopleFacts> {
  return ground.store.read(SYSTEM_SCOPE, (tx) => peopleFacts(tx, ground.wall.now()));
}

const ATTEMPTS_MAX = 5;
const LOCK_MINUTES_MIN = 10;
const IDLE_MINUTES_MAX = 30;
const HOURS_MAX = 12;

const identity: Check = async (ground) => {
  const { unique_email, policy, age_days_max, classes_min, old_passwords, active } = await people(ground);
  const ok = unique_email && age_days_max !== null && age_days_max <= 90 && classes_min >= 3 && old_passwords === 0;
  return finding(
    ok,
    `邮箱唯一索引${unique_email ? "有效" : "缺失"}；口令档 ${policy.profile}，至少 ${classes_min} 类字符，${age_days_max ?? "不限"} 天更换；${active} 个账号中超期 ${old_passwords} 个。`,
    `Unique index on e-mail ${unique_email ? "in force" : "missing"}; profile ${policy.profile}, ${classes_min} kinds of characters, changed after ${age_days_max ?? "no"} days; ${old_passwords} of ${active} accounts past it.`,
    { profile: policy.profile, old_passwords, active },
  );
};

const failures: Check = async (ground) => {
  const { policy } = await people(ground);
  const works = await lockoutWorks(ground);
  const strict =
    policy.attempts_max <= ATTEMPTS_MAX &&
    policy.lock_minutes >= LOCK_MINUTES_MIN &&
    policy.session_idle_minutes <= IDLE_MINUTES_MAX &&
    policy.session_hours_max <= HOURS_MAX;
  return finding(
    works && strict,
    `试错 ${policy.attempts_max} 次后账号${works ? "已锁定" : "未锁定"}（试验账号已撤销）；锁定 ${policy.lock_minutes} 分钟，闲置 ${policy.session_idle_minutes} 分钟退出，最长 ${policy.session_hours_max} 小时。`,
    `After ${policy.attempts_max} wrong attempts the account ${works ? "was locked" : "was not locked"} (an account made for the proof and undone); locked ${policy.lock_minutes} min, idle ${policy.session_idle_minutes} min, ${policy.session_hours_max} h at most.`,
    { works, attempts_max: policy.attempts_max, lock_minutes: policy.lock_minutes, idle: policy.session_idle_minutes },
  );
};

const factors: Check = async (ground) => {
  const { administrators, enrolled } = await people(ground);
  return finding(
    administrators > 0 && enrolled === administrators,
    `${administrators} 个管理账号（含创建人）中 ${enrolled} 个已登记两步验证。动态口令是否算密码技术由测评机构判定。`,
    `${enrolled} of ${administrators} administrators' accounts (owners included) have a second factor. Whether TOTP counts as cryptographic is the assessor's call.`,
    { administrators, enrolled },
  );
};

const accounts: Check = async (ground) => {
  const { active, roles_unknown } = await people(ground);
  const { cells, version } = await matrixFacts(ground);
  return finding(
    active > 0 && roles_unknown === 0,
    `${active} 个账号都有角色，${roles_unknown} 个角色不在权限矩阵（第 ${version} 版，${cells} 格）。`,
    `${active} accounts each have a role; ${roles_unknown} roles are not in the matrix (version ${version}, ${cells} cells).`,
    { active, roles_unknown, version },
  );
};

const defaults: Check = async (ground) => {
  const { uninvited, active } = await people(ground);
  return finding(
    active > 0 && uninvited === 0,
    `没有出厂账号与口令；除首个创建人外，${uninvited} 个账号的口令不是经一次性邀请设置。`,
    `No account or password is shipped; ${uninvited} accounts beside the first owner have a password without an invitation.`,
    { uninvited },
  );
};

const surplus: Check = async (ground) => {
  const { unused, shared } = await people(ground);
  return finding(
    unused === 0 && shared === 0,
    `90 天未使用的账号 ${unused} 个；一天内同时从多个地址使用的账号 ${shared} 个。`,
    `${unused} accounts unused for 90 days; ${shared} used from several addresses at once within a day.`,
    { unused, shared },
  );
};

const duties: Check = async (ground) => {
  const { admins, owners_in_use, matrix_alone, duties_shared, duties_kept_apart } = await people(ground);
  const missing = ADMIN_ROLES.filter((role) => admins[role].people === 0);
  const { holders } = await matrixFacts(ground);
  const conflicts = ADMIN_ROLES.filter(
    (role) =>
      [holders("audit.read"), holders("matrix.approve"), holders("data.manage")].filter((list) => list.includes(role))
        .length > 1,
  );
  const apart = duties_kept_apart && duties_shared === 0;
  const ok = missing.length === 0 && conflicts.length === 0 && apart && !matrix_alone;
  const approved_zh = matrix_alone ? "由一人批准" : "无单人批准";
  const approved_en = matrix_alone ? "approved by its author alone" : "not approved alone";
  return finding(
    ok && owners_in_use > 0 ? "partly" : ok,
    `三员中缺 ${missing.length} 类，由同一人兼任 ${duties_shared} 处（数据库约束${duties_kept_apart ? "有效" : "缺失"}）；` +
      `权限交叉的角色 ${conflicts.length} 个；权限矩阵${approved_zh}；一周内使用创建人账号 ${owners_in_use} 个。`,
    `${missing.length} of the three administrators missing, ${duties_shared} mailboxes with two of them ` +
      `(constraint ${duties_kept_apart ? "in force" : "missing"}); ${conflicts.length} roles with crossing rights; ` +
      `the matrix was ${approved_en}; ${owners_in_use} owner accounts used within a week.`,
    { missing, conflicts, duties_shared, duties_kept_apart, matrix_alone, owners_in_use },
  );
};

const policy: Check = async (ground) => {
  const { matrix_alone } = await people(ground);
  const { version, hash, holders } = await matrixFacts(ground);
  return finding(
    !matrix_alone && holders("matrix.approve").length > 0,
    `权限矩阵第 ${version} 版，${matrix_alone ? "由起草人自己批准" : version === 0 ? "随版本发布" : "起草与批准分人"}；可批准的角色 ${holders("matrix.approve").join("、")}。`,
    `Version ${version} of the matrix, ${matrix_alone ? "approved by its author" : version === 0 ? "as shipped" : "drafted and approved by different people"}; ${holders("matrix.approve").join(", ")} may approve.`,
    { version, hash, matrix_alone },
  );
};

/** One of the three administrators: there is one, each with a second factor, and the interface audits them. */
function administrator(role: (typeof ADMIN_ROLES)[number], zh: string, en: string): Check {
  return async (ground) => {
    const { people: count, enrolled } = (await people(ground)).admins[role];
    return finding(
      count > 0 && enrolled === count,
      `${zh} ${count} 人，${enrolled} 人已登记两步验证；操作只经控制台或受审计的命令，前后各写一条审计。`,
      `${count} ${en}, ${enrolled} with a second factor; they act by the console or audited commands, with a row before and after.`,
      { count, enrolled },
    );
  };
}

/** What no permission gives nobody has from the console: the host's own log-in is where it is done. */
const systemOnly: Check = async (ground) => {
  const { admins } = await people(ground);
  const console_rights = PERMISSIONS.filter((permission) => /^(system|config|backup)\./.test(permission));
  return finding(
    admins.system_admin.people > 0 && console_rights.length === 0,
    `配置、启动、备份、密钥轮换只能在主机上以命令进行，每次写审计；控制台没有这类权限（${console_rights.length} 项）；系统管理员 ${admins.system_admin.people} 人。`,
    `Configuration, start, back-up and rotation are commands on the host, each with audit rows; no permission of the console gives them (${console_rights.length}); ${admins.system_admin.people} system administrators.`,
    { console_rights, system_admins: admins.system_admin.people },
  );
};

const auditOnly: Check = async (ground) => {
  const held = (await matrixFacts(ground)).holders("audit.read");
  return finding(
    held.length === 1 && held[0] === "audit_admin",
    `可查询审计的角色：${held.join("、")}。`,
    `Roles that may read the audit log: ${held.join(", ")}.`,
    { held },
  );
};

const securityOnly: Check = async (ground) => {
  const { holders } = await matrixFacts(ground);
  const held = [...new Set([...holders("matrix.manage"), ...holders("people.manage")])];
  const others = held.filter((role) => role !== "security_admin" && role !== "owner");
  return finding(
    held.includes("security_admin") && others.length === 0,
    `可配置权限与账号的角色：${held.join("、")}。`,
    `Roles that configure rights and accounts: ${held.join(", ")}.`,
    { held },
  );
};

const released: Check = async (ground) => {
  const { expired_sessions, clear_tokens, policy: rules } = await people(ground);
  return finding(
    expired_sessions === 0 && clear_tokens === 0,
    `会话表只存哈希（异常 ${clear_tokens} 行）；超过 ${rules.session_hours_max} 小时仍未清除的会话 ${expired_sessions} 个。`,
    `Sessions are kept as hashes (${clear_tokens} rows are not); ${expired_sessions} sessions past ${rules.session_hours_max} h were not cleared.`,
    { expired_sessions, clear_tokens },
  );
};

const stepUp: Check = async (ground) => {
  const { open_l4 } = await matrixFacts(ground);
  return finding(
    open_l4.length === 0,
    `直接放行四级数据的单元格 ${open_l4.length} 个${open_l4.length === 0 ? "" : `：${open_l4.slice(0, 5).join("、")}`}；再验证超过五分钟即失效。`,
    `${open_l4.length} cells give L4 without step-up or approval${open_l4.length === 0 ? "" : `: ${open_l4.slice(0, 5).join(", ")}`}; a step-up is worth five minutes.`,
    { open_l4 },
  );
};

export const ACCESS_CHECKS: Readonly<Record<string, Check>> = {
  "8.1.4.1a": identity,
  "8.1.4.1b": failures,
  "8.1.4.1d": factors,
  "8.1.4.2a": accounts,
  "8.1.4.2b": defaults,
  "8.1.4.2c": surplus,
  "8.1.4.2d": duties,
  "8.1.4.2e": policy,
  "8.1.4.10a": released,
  "8.1.5.1a": administrator("system_admin", "系统管理员", "system administrators"),
  "8.1.5.1b": systemOnly,
  "8.1.5.2a": administrator("audit_admin", "审计管理员", "audit administrators"),
  "8.1.5.2b": auditOnly,
  "8.1.5.3a": administrator("security_admin", "安全管理员", "security administrators"),
  "8.1.5.3b": securityOnly,
  "AC-3": stepUp,
};
