import type { Ground } from "../ground.ts";
import { verifyLedger, type VerifyResult } from "./ledger/verify.ts";

const USAGE = `huitou ledger verify [--json]
  looks at the whole points ledger: the chain of batches, every balance anew from its transfers, and the sum, which is 0
  查验整本积分账：批次链、由流水重算的每个余额，以及恒为 0 的总和
  ends with 0 when nothing is wrong, with 1 otherwise`;

/** What each check is about, in words. */
const WORDS: Readonly<Record<string, { zh: string; en: string }>> = {
  hash: { zh: "批次的散列与其流水", en: "hash of a batch against its transfers" },
  chain: { zh: "批次的连接与编号", en: "links and numbers of batches" },
  head: { zh: "链尾", en: "end of the chain" },
  accounts: { zh: "账户余额", en: "balances of accounts" },
  lots: { zh: "各批积分的去处", en: "places of the points of each lot" },
  expiry: { zh: "顺延的到期日与其顺延记录", en: "last days that moved on, against the record of their moves" },
  debts: { zh: "欠分", en: "debts" },
  holds: { zh: "冻结", en: "holds" },
};

/** `huitou ledger …`. @returns the exit code: 0 whole, 1 something is wrong, 2 not understood */
export async function ledgerCommand(
  ground: Ground,
  args: readonly string[],
  say: (line: string) => void,
): Promise<number> {
  const [command, ...rest] = args;
  if (command !== "verify" || rest.some((arg) => arg !== "--json")) {
    say(USAGE);
    return command === "--help" ? 0 : 2;
  }
  const result = await verifyLedger(ground.store);
  if (rest.includes("--json")) say(JSON.stringify(result));
  else for (const line of linesOf(result)) say(line);
  return result.ok ? 0 : 1;
}

function linesOf({ ok, sum, batches, transfers, findings }: VerifyResult): string[] {
  return [
    `${transfers} transfers in ${batches} batches · ${transfers} 笔流水，${batches} 批`,
    ...findings.map(({ check, wrong }) => {
      const { zh = check, en = check } = WORDS[check] ?? {};
      return `${wrong === 0 ? "ok   " : "WRONG"} ${en}${wrong === 0 ? "" : `: ${wrong}`} · ${zh}${wrong === 0 ? "" : `：${wrong} 处`}`;
    }),
    `${sum === 0 ? "ok   " : "WRONG"} sum ${sum} · 总和 ${sum}`,
    ok ? "the ledger is whole · 账目完整" : "the ledger is NOT whole · 账目不完整",
  ];
}
