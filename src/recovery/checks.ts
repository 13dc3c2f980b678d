import { verifyAudit } from "../access/index.ts";
import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { openDeletions, probeValues } from "../vault/index.ts";
import type { BackupManifest } from "./manifest.ts";
import type { RestoreCheck } from "./recovery-store.ts";

const PROBED_MAX = 500;

/** Looks at an installation that was just restored, before anybody works in it. */
export async function checkRestored(
  ground: Ground,
  domains: readonly Pick<Domain, "restoreCheck">[],
  manifest: BackupManifest,
  journals: number,
): Promise<RestoreCheck[]> {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = [...manifest.tables, ...manifest.files].reduce((sum, file) => sum + file.bytes, 0);
  const whole: RestoreCheck = {
    name: "recovery.whole",
    ok: true,
    zh: `每个文件与清单的 SHA-256 相符（${bytes} 字节），${manifest.tables.length} 张表 ${rows} 行全部恢复，外键和唯一约束重新核对`,
    en: `every file has the SHA-256 of its manifest (${bytes} bytes); ${rows} rows of ${manifest.tables.length} tables are back, foreign keys and unique constraints checked anew`,
  };
  const checks = [
    whole,
    await auditCheck(ground, manifest),
    await keyCheck(ground),
    await journalCheck(ground, journals),
  ];
  for (const { restoreCheck } of domains) checks.push(...((await restoreCheck?.(ground)) ?? []));
  return checks;
}

async function auditCheck(ground: Ground, { audit }: BackupManifest): Promise<RestoreCheck> {
  const result = await verifyAudit(ground);
  const same =
    audit === null ? result.rows === 0 : result.last_sequence === audit.sequence && result.last_hash === audit.hash;
  return {
    name: "access.audit_chain",
    ok: result.ok && same,
    zh: `审计链 ${result.rows} 条${result.ok ? "完整" : "不完整"}，末尾${same ? "与清单相同" : "与清单不同"}`,
    en: `audit chain of ${result.rows} rows ${result.ok ? "intact" : "broken"}, its end ${same ? "as in the manifest" : "not that of the manifest"}`,
  };
}

async function keyCheck(ground: Ground): Promise<RestoreCheck> {
  const probe = await probeValues(ground, PROBED_MAX);
  return {
    name: "vault.keys_fit",
    ok: probe.unreadable === 0 && probe.without_key === 0,
    zh: `抽查 ${probe.opened + probe.unreadable + probe.without_key} 个密文：可解开 ${probe.opened}，解不开 ${probe.unreadable}，没有密钥 ${probe.without_key}`,
    en: `of some ciphertexts ${probe.opened} open, ${probe.unreadable} do not, ${probe.without_key} have no key`,
  };
}

async function journalCheck(ground: Ground, journals: number): Promise<RestoreCheck> {
  const pending = (await openDeletions(ground)).length;
  return {
    name: "vault.deletions",
    ok: pending === 0,
    zh: `删除日志 ${journals} 份已重放，未完成 ${pending}${journals === 0 ? "（没有找到日志：备份之后的删除无从得知）" : ""}`,
    en: `${journals} journals of deletions replayed, ${pending} left${journals === 0 ? " (none was found: deletions after the backup are not known)" : ""}`,
  };
}
