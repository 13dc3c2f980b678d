/**
 * The vocabulary of routes: data domain and action. Which role has which, at which sensitivity and for which rows, is the
 * permission matrix (matrix.ts); the lists below are what it is shipped with.
 */
export const PERMISSIONS = [
  "members.read",
  "members.search",
  "members.manage",
  "data.read",
  "data.manage",
  "data.undo",
  "tags.read",
  "tags.manage",
  "tags.review",
  "segments.read",
  "segments.manage",
  "segments.export",
  "value.read",
  "value.manage",
  "tiers.read",
  "tiers.manage",
  "tiers.grant",
  "points.read",
  "points.manage",
  "points.adjust",
  "points.open",
  "points.redeem",
  "benefits.read",
  "benefits.manage",
  "benefits.grant",
  "benefits.redeem",
  "channels.read",
  "channels.manage",
  "channels.connect",
  "journeys.read",
  "journeys.manage",
  "journeys.publish",
  "metrics.read",
  "metrics.manage",
  "jobs.read",
  "jobs.manage",
  "people.manage",
  "people.tablets",
  "matrix.read",
  "matrix.manage",
  "matrix.approve",
  "approvals.decide",
  "audit.read",
  "privacy.file",
  "privacy.read",
  "privacy.handle",
  "trust.read",
  "trust.handle",
  "trust.manage",
  "privacy.publish",
  "privacy.retained",
  "trust.assess",
  "keys.read",
  "keys.manage",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export interface RoleInfo {
  readonly role: Role;
  readonly zh: string;
  readonly en: string;
  readonly permissions: readonly Permission[];
}

export const ROLE_NAMES = [
  "owner",
  "operator",
  "manager",
  "analyst",
  "agent",
  "clerk",
  "engineer",
  "system_admin",
  "security_admin",
  "audit_admin",
  "privacy_officer",
] as const;
export type Role = (typeof ROLE_NAMES)[number];

/** Those who run the platform: the three of them are three people and share no account. */
export const ADMIN_ROLES = ["system_admin", "security_admin", "audit_admin"] as const;
export type AdminRole = (typeof ADMIN_ROLES)[number];
export const isAdminRole = (role: string): role is AdminRole => (ADMIN_ROLES as readonly string[]).includes(role);

/** Who takes turns at a shared tablet: nobody with more than a store in their hands. */
export const TILL_ROLE: Role = "clerk";

const read: readonly Permission[] = [
  "members.read",
  "members.search",
  "tags.read",
  "segments.read",
  "value.read",
  "tiers.read",
  "points.read",
  "metrics.read",
  "jobs.read",
  "jobs.manage",
];

export const ROLES: readonly RoleInfo[] = [
  // Whoever sets the platform up. The audit log judges the owner too: the audit administrator alone reads it.
  { role: "owner", zh: "创建人", en: "Owner", permissions: PERMISSIONS.filter((word) => word !== "audit.read") },
  {
    role: "operator",
    zh: "运营专员",
    en: "Operator",
    permissions: [
      ...read,
      "members.manage",
      "points.open",
      "benefits.read",
      "benefits.manage",
      "benefits.grant",
      "channels.read",
      "channels.manage",
      "journeys.read",
      "journeys.manage",
      "journeys.publish",
      "tags.review",
      "segments.manage",
      "data.read",
      "data.manage",
      "data.undo",
      "privacy.file",
      "privacy.read",
      "trust.read",
    ],
  },
  {
    role: "manager",
    zh: "运营经理",
    en: "Manager",
    permissions: [
      ...read,
      "tags.review",
      "segments.manage",
      "segments.export",
      "value.manage",
      "tiers.manage",
      "tiers.grant",
      "points.manage",
      "points.adjust",
      "points.open",
      "points.redeem",
      "benefits.read",
      "benefits.manage",
      "benefits.grant",
      "benefits.redeem",
      "channels.read",
      "channels.manage",
      "journeys.read",
      "journeys.manage",
      "journeys.publish",
      "metrics.manage",
      "data.read",
      "trust.read",
      "trust.handle",
      "trust.manage",
      "approvals.decide",
      "people.tablets",
    ],
  },
  {
    role: "analyst",
    zh: "数据分析师",
    en: "Analyst",
    permissions: [
      ...read,
      "benefits.read",
      "channels.read",
      "journeys.read",
      "tags.manage",
      "tags.review",
      "segments.manage",
      "segments.export",
      "value.manage",
      "metrics.manage",
      "data.read",
    ],
  },
  {
    role: "agent",
    zh: "客服",
    en: "Service agent",
    permissions: [
      "members.read",
      "members.search",
      "tags.read",
      "points.adjust",
      "benefits.read",
      "benefits.redeem",
      "privacy.file",
    ],
  },
  {
    role: "clerk",
    zh: "店员",
    en: "Store clerk",
    permissions: ["members.search", "members.read", "points.redeem", "benefits.redeem", "privacy.file"],
  },
  {
    role: "engineer",
    zh: "工程师",
    en: "Engineer",
    permissions: [
      "data.read",
      "data.manage",
      "data.undo",
      "jobs.read",
      "jobs.manage",
      "tags.read",
      "channels.read",
      "channels.connect",
      "trust.read",
      "trust.handle",
    ],
  },
  {
    role: "system_admin",
    zh: "系统管理员",
    en: "System administrator",
    permissions: ["data.read", "jobs.read", "jobs.manage", "trust.read", "trust.handle", "keys.read", "keys.manage"],
  },
  {
    role: "security_admin",
    zh: "安全管理员",
    en: "Security administrator",
    permissions: [
      "people.manage",
      "people.tablets",
      "matrix.read",
      "matrix.manage",
      "matrix.approve",
      "trust.read",
      "trust.handle",
      "trust.manage",
      "trust.assess",
      "keys.read",
    ],
  },
  {
    role: "audit_admin",
    zh: "审计管理员",
    en: "Audit administrator",
    permissions: ["audit.read", "matrix.read", "trust.read", "trust.assess", "keys.read"],
  },
  {
    role: "privacy_officer",
    zh: "个人信息保护负责人",
    en: "Personal information officer",
    permissions: [
      "members.read",
      "members.search",
      "tags.read",
      "jobs.read",
      "privacy.file",
      "privacy.read",
      "privacy.handle",
      "trust.read",
      "privacy.publish",
      "privacy.retained",
    ],
  },
];

/** What a role is called; a code that is none is its own name. */
export function roleNamed(role: string): { readonly zh: string; readonly en: string } {
  return ROLES.find((one) => one.role === role) ?? { zh: role, en: role };
}
