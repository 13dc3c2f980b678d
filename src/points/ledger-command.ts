import type { Ground } from "../ground.ts";
import { type Signed, verifySigned } from "./ledger/checkpoint.ts";
import { verifyLedger, type VerifyResult } from "./ledger/verify.ts";

const USAGE = `huitou ledger verify [--json]
  looks at the whole points ledger: the chain of batches, every balance anew from its transfers, and the sum, which is 0
  查验整本积分账：批次链、由流水重算的每个余额，以及恒为 0 的总和
  it is compared with every state that was signed, here and at the receiver, so that rows cut off its end are found
  并与本机和接收方保存的每个签名状态比对，链尾被截断也能发现
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
  const found = await verifyLedger(ground.store);
  const signed = await verifySigned(ground);
  const result = { ...found, ok: found.ok && signed.wrong === 0, signed };
  if (rest.includes("--json")) say(JSON.stringify(result));
  else for (const line of linesOf(result)) say(line);
  return result.ok ? 0 : 1;
}

const RECEIVER = {
  none: { zh: "没有设接收方", en: "no receiver is set" },
  answered: { zh: "接收方已核对", en: "the receiver agrees or is counted" },
  silent: {
    zh: "接收方没有应答，只核对了本机的签名",
    en: "the receiver did not answer: only what is signed here was compared",
  },
} as const;

function signedLine({ checkpoints, newest, wrong, receiver }: Signed): string {
  const { zh, en } = RECEIVER[receiver];
  const until = newest === null ? "" : ` (batch ${newest})`;
  return `${wrong === 0 ? "ok   " : "WRONG"} ${checkpoints} signed states${until}, ${wrong} wrong; ${en} · 签名状态 ${checkpoints} 个，不符 ${wrong} 个；${zh}`;
}

function linesOf({
  ok,
  sum,
  batches,
  transfers,
  findings,
  signed,
}: VerifyResult & { readonly signed: Signed }): string[] {
  return [
    `${transfers} transfers in ${batches} batches · ${transfers} 笔流水，${batches} 批`,
    ...findings.map(({ check, wrong }) => {
      const { zh = check, en = check } = WORDS[check] ?? {};
      return `${wrong === 0 ? "ok   " : "WRONG"} ${en}${wrong === 0 ? "" : `: ${wrong}`} · ${zh}${wrong === 0 ? "" : `：${wrong} 处`}`;
    }),
    signedLine(signed),
    `${sum === 0 ? "ok   " : "WRONG"} sum ${sum} · 总和 ${sum}`,
    ok ? "the ledger is whole · 账目完整" : "the ledger is NOT whole · 账目不完整",
  ];
}
