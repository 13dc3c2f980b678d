import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { startLoop } from "../platform/index.ts";
import type { RestoreCheck } from "../recovery/index.ts";
import "./errors.ts";
import { pointIndicators } from "./indicators.ts";
import { todayOf } from "./ledger/ledger.ts";
import { releaseOverdue, turnDay } from "./ledger/sweep.ts";
import { verifyLedger } from "./ledger/verify.ts";

const LOOK_EVERY_MS = 5_000;

async function ledgerIsWhole(ground: Ground): Promise<RestoreCheck> {
  const { ok, sum, transfers, findings } = await verifyLedger(ground.store);
  const wrong = findings.filter((finding) => finding.wrong > 0).map(({ check }) => check);
  return {
    name: "points.ledger",
    ok,
    zh: ok ? `积分账完整：${transfers} 笔流水，总和 0` : `积分账不完整：总和 ${sum}，不符：${wrong.join("、")}`,
    en: ok
      ? `The points ledger is whole: ${transfers} transfers, sum 0`
      : `The points ledger is not whole: sum ${sum}, wrong: ${wrong.join(", ")}`,
  };
}

export const domain: Domain = {
  name: "points",
  indicators: pointIndicators,
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["points"],
  restoreCheck: async (ground) => [await ledgerIsWhole(ground)],
  start: async (ground) => {
    const onError = (error: unknown) => ground.log.error({ error: String(error) }, "the turn of points failed");
    // looking is two index look-ups; whatever came due while nobody ran is found with the first
    const turn = async () => {
      await releaseOverdue(ground);
      await turnDay(ground, todayOf(ground));
      return false;
    };
    const loop = startLoop(turn, { idle_ms: LOOK_EVERY_MS, onError });
    return () => loop.stop();
  },
};
