import { settingOf, setSetting, type Tx } from "../store/index.ts";
import { ROLE_NAMES } from "./roles.ts";

/**
 * What log-in asks for. Two profiles contradict each other on passwords: "mlps3" (GB/T 22239-2019, 8.1.4.1a: complexity
 * and periodic change) and "asvs" (OWASP ASVS 5.0, V6.2.5 and V6.2.10 forbid both).
 */
export interface SecurityPolicy {
  readonly profile: "mlps3" | "asvs";
  /** Roles that get no further than their own security page until they have a second factor and have proved it. */
  readonly second_factor_roles: readonly string[];
  readonly session_idle_minutes: number;
  readonly session_hours_max: number;
  readonly attempts_max: number;
  readonly lock_minutes: number;
}

export interface PasswordProfile {
  readonly length_min: number;
  /** Of lower case, upper case, digits and others; a phrase of PHRASE_LENGTH characters needs one fewer. */
  readonly classes_min: number;
  /** null: for ever. */
  readonly age_days_max: number | null;
  /** So many earlier passwords may not be taken again. */
  readonly history: number;
}

/** From so many characters on length makes up for a kind of characters: four plain words are harder to guess than "Tea@2026". */
export const PHRASE_LENGTH = 16;

export const PASSWORD_PROFILES: Readonly<Record<SecurityPolicy["profile"], PasswordProfile>> = {
  mlps3: { length_min: 10, classes_min: 3, age_days_max: 90, history: 5 },
  asvs: { length_min: 10, classes_min: 1, age_days_max: null, history: 0 },
};

export const DEFAULT_POLICY: SecurityPolicy = {
  profile: "mlps3",
  second_factor_roles: ["system_admin", "security_admin", "audit_admin"],
  session_idle_minutes: 30,
  session_hours_max: 12,
  attempts_max: 5,
  lock_minutes: 15,
};

const SETTING = "security_policy";

export async function securityPolicy(tx: Tx): Promise<SecurityPolicy> {
  return { ...DEFAULT_POLICY, ...(await settingOf<Partial<SecurityPolicy>>(tx, SETTING)) };
}

export async function setSecurityPolicy(tx: Tx, policy: SecurityPolicy): Promise<void> {
  const known = policy.second_factor_roles.filter((role) => (ROLE_NAMES as readonly string[]).includes(role));
  await setSetting(tx, SETTING, { ...policy, second_factor_roles: [...new Set(known)] });
}
