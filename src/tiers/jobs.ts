import { checkJob, giveJob } from "../members/index.ts";
import { problem } from "../platform/index.ts";
import { defineJob, type JobKind, type Schedule, SYSTEM_SCOPE } from "../store/index.ts";
import { activateLadder } from "./activation.ts";
import { computeMonth, monthBefore } from "./activity.ts";
import { evaluateAll, settleTiers, todayOf } from "./evaluate.ts";
import type { LadderDefinition } from "./ladder.ts";
import { ladderVersion } from "./ladder-store.ts";
import { openingTiers } from "./opening/opening.ts";
import { simulate } from "./what-if.ts";

export const FULL = "tiers.full";
export const ACTIVATE = "tiers.activate";
export const WHAT_IF = "tiers.what_if";
export const ACTIVITY = "tiers.activity";

const full = defineJob<Record<string, never>>({
  kind: FULL,
  run: async ({ ground, progress }) => {
    await progress(0, 2, "marks");
    await settleTiers(ground);
    await progress(1, 2, "all");
    const result = await evaluateAll(ground);
    await progress(2, 2);
    return result;
  },
});

export interface ActivateInput {
  readonly ladder: string;
  readonly version: number;
  readonly protect: boolean;
  readonly person_id: number | null;
}

const activate = defineJob<ActivateInput>({
  kind: ACTIVATE,
  run: async ({ ground, input, progress }) => {
    await progress(0, 1, "all");
    const changes = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const version = await ladderVersion(tx, input.ladder, input.version);
      if (version === undefined)
        throw problem("tiers.version_not_found", { ladder: input.ladder, version: input.version });
      return activateLadder(tx, ground, version, input);
    });
    await progress(1, 1);
    return { changes };
  },
});

export interface WhatIfInput {
  readonly definition: LadderDefinition;
  readonly protect: boolean;
}

const whatIf = defineJob<WhatIfInput>({
  kind: WHAT_IF,
  run: async ({ ground, input, progress }) => {
    await progress(0, 1, "all");
    const result = await ground.store.write(SYSTEM_SCOPE, (tx) =>
      simulate(tx, ground, input.definition, input.protect),
    );
    await progress(1, 1);
    return result;
  },
});

/** Months to compute; none: the running one and the one before it until that is closed. */
interface ActivityInput {
  readonly months?: readonly string[];
}

const activity = defineJob<ActivityInput>({
  kind: ACTIVITY,
  run: async ({ ground, input, progress, signal }) => {
    const running = todayOf(ground).slice(0, 7);
    const months = input.months ?? [monthBefore(running), running];
    const counts: Record<string, unknown> = {};
    for (const [done, month] of months.entries()) {
      if (signal.aborted) break;
      await progress(done, months.length, month);
      counts[month] = await computeMonth(ground, month);
    }
    await progress(months.length, months.length);
    return counts;
  },
});

export const tierJobs: readonly JobKind[] = [
  full,
  activate,
  whatIf,
  activity,
  checkJob(openingTiers),
  giveJob(openingTiers),
];

/** At 02:00 in Shanghai: everyone at once, the truth that what was done bit by bit is compared with. */
export const tierSchedules: readonly Schedule[] = [
  { kind: FULL, cron: "0 18 * * *", input: {} },
  // at 03:10 in Shanghai, when the lake has the closed day
  { kind: ACTIVITY, cron: "10 19 * * *", input: {} },
];
