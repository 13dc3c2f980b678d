import { couponLastDays } from "../../benefits/index.ts";
import type { MessageRequest } from "../../channels/index.ts";
import type { Ground } from "../../ground.ts";
import type { Tx } from "../../store/index.ts";
import type { Plan } from "../plan.ts";
import { currentMembers } from "../run-store.ts";
import { troubleAt } from "../trouble-store.ts";
import { type Telling, variablesOf } from "./fill.ts";

/** A message of a run; `telling` where its node passes variables. */
export interface ToldMessage {
  readonly request: MessageRequest;
  readonly telling: (Telling & { readonly run_id: number }) | undefined;
}

/** Messages with their variables filled by what stands now, what nodes of this transaction gave among it. */
export async function toldMessages(
  tx: Tx,
  ground: Ground,
  plan: Plan,
  messages: readonly ToldMessage[],
): Promise<MessageRequest[]> {
  const tellings = messages.flatMap(({ telling }) => telling ?? []);
  if (tellings.length === 0) return messages.map(({ request }) => request);
  const places = [...plan.told.places];
  const run_ids = tellings.map(({ run_id }) => run_id);
  const troubled = new Set(
    (places.length === 0 ? [] : await troubleAt(tx, run_ids, places)).map(
      ({ run_id, node, seconds }) => `${run_id} ${node} ${seconds}`,
    ),
  );
  const members = await currentMembers(
    tx,
    tellings.map(({ member_id }) => member_id),
  );
  const untils = new Map<number, ReadonlyMap<number, string | null>>();
  for (const place of places) {
    if (plan.stops[place]?.node.kind !== "coupon") continue;
    const keys = `^journey ${plan.version_id}\\.\\d+\\.${place}\\.\\d+$`;
    untils.set(place, await couponLastDays(tx, keys, [...new Set(members.values())]));
  }
  const variables = await variablesOf(tx, ground, plan, tellings, {
    refused: ({ run_id }, place, at) => troubled.has(`${run_id} ${place} ${at}`),
    couponUntil: ({ member_id }, place) => untils.get(place)?.get(members.get(member_id) ?? 0),
  });
  let at = 0;
  return messages.map(({ request, telling }) =>
    telling === undefined ? request : { ...request, variables: variables[at++] ?? {} },
  );
}
