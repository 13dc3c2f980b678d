import type { BreakKind, VerifyResult } from "./verify.ts";

type Language = "zh" | "en";

/** What each kind of break means, for the audit administrator. */
const BREAK_SENTENCES: Readonly<Record<BreakKind, Readonly<Record<Language, string>>>> = {
  altered: {
    zh: "第 {n} 条的内容被改过：它的哈希与内容不符。",
    en: "Row {n} was altered: its hash is not that of its contents.",
  },
  unlinked: {
    zh: "第 {n} 条不接在它前一条之后：前面的记录被改写或替换过。",
    en: "Row {n} does not follow the row before it: an earlier row was rewritten or exchanged.",
  },
  missing: { zh: "缺少第 {n} 条：有记录被删除或调换。", en: "Row {n} is missing: rows were removed or reordered." },
  cut_unexplained: {
    zh: "开头从第 {n} 条起缺失，没有到期清理的签名记录说明。",
    en: "The beginning is missing from row {n} on, and no signed record of a retention cut explains it.",
  },
  cut_forged: {
    zh: "到期清理的记录签名不对，或保留期少于 180 天。",
    en: "The record of a retention cut is not signed by this host, or kept fewer than 180 days.",
  },
  cut_too_young: {
    zh: "到期清理删掉了未满保留期的记录：第 {n} 条在签名检查点中的时间不够久。",
    en: "A retention cut took rows that were too young: the signed checkpoint of row {n} says when it was written.",
  },
  truncated: {
    zh: "最新的记录被删：检查点证明曾有更多记录，现在从第 {n} 条起没有了。",
    en: "The newest rows were cut off: a checkpoint proves that there were more; from row {n} on they are gone.",
  },
  forked: {
    zh: "第 {n} 条与检查点不同：那之前的历史被整体改写过。",
    en: "Row {n} is not the one of the checkpoint: the history up to it was rewritten.",
  },
  checkpoint_forged: {
    zh: "第 {n} 条的检查点签名不对，或用的公钥不是它的。",
    en: "The checkpoint of row {n} is not rightly signed, or the public key is not the one it was signed with.",
  },
};

/** The outcome of a verification in lines for a person. */
export function verifySentences(result: VerifyResult, language: Language): string[] {
  const zh = language === "zh";
  const { broken } = result;
  const lines = [
    broken === null
      ? zh
        ? `完好：${result.rows} 条记录（第 ${result.first_sequence ?? 0}–${result.last_sequence ?? 0} 条）前后相接。`
        : `Intact: ${result.rows} rows (${result.first_sequence ?? 0}–${result.last_sequence ?? 0}) follow each other.`
      : `${zh ? "已被改动：" : "TAMPERED: "}${BREAK_SENTENCES[broken.kind][language].replace("{n}", String(broken.sequence))}`,
  ];
  if (result.cut_to_sequence !== null)
    lines.push(
      zh
        ? `到期清理：第 ${result.cut_to_sequence} 条及以前已按保留期删除，有签名记录。`
        : `Retention: rows up to ${result.cut_to_sequence} were removed, with a signed record.`,
    );
  lines.push(witnessLine(result, zh));
  return lines;
}

function witnessLine({ witnessed_sequence, last_sequence, checkpoints }: VerifyResult, zh: boolean): string {
  if (witnessed_sequence === null)
    return zh
      ? "没有检查点可比对：末尾若被删，此次查不出来。"
      : "No checkpoint to compare with: rows cut off at the end would not show.";
  const open = (last_sequence ?? 0) - witnessed_sequence;
  return zh
    ? `与 ${checkpoints} 个检查点一致，核对到第 ${witnessed_sequence} 条；其后 ${open} 条尚无检查点。`
    : `Agrees with ${checkpoints} checkpoints, up to row ${witnessed_sequence}; ${open} newer rows have none yet.`;
}
