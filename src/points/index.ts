export { ledgerCommand } from "./ledger-command.ts";
export type { Answer, Command, Earn, Request } from "./ledger/command.ts";
export { commitWithin, Ledger, ledgerOf, submitWithin } from "./ledger/ledger.ts";
export { type RehearsedEarning, rehearseEarnings } from "./ledger/rehearse.ts";
export { releaseOverdue } from "./ledger/sweep.ts";
export { turnDay } from "./turn.ts";
export { type VerifyResult, verifyLedger } from "./ledger/verify.ts";
export {
  type Credit,
  creditsAfter,
  creditsBetween,
  lastMovement,
  type Movement,
  movementsAfter,
} from "./ledger/movements-store.ts";
export { settleEarnings } from "./rules/settle.ts";
export type { Programme } from "./rules/programme.ts";
export { activateProgramme, ensureProgrammes, rulesOn } from "./rules/programme-store.ts";
export { markEarning } from "./rules/settle-store.ts";
export { pausePoints } from "./pause.ts";
export { exchangePoints, type PointsExchanged, spentShare, worthOf } from "./rules/told.ts";
