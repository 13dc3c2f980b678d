export { ledgerCommand } from "./ledger-command.ts";
export type { Answer, Command, Request } from "./ledger/command.ts";
export { commitWithin, Ledger, ledgerOf, submitWithin } from "./ledger/ledger.ts";
export { releaseOverdue, turnDay } from "./ledger/sweep.ts";
export { type VerifyResult, verifyLedger } from "./ledger/verify.ts";
export { settleEarnings } from "./rules/settle.ts";
export type { Programme } from "./rules/programme.ts";
export { activateProgramme, ensureProgrammes, rulesOn } from "./rules/programme-store.ts";
export { markEverybody } from "./rules/settle-store.ts";
