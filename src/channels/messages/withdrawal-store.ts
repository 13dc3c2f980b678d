import type { Tx } from "../../store/index.ts";
import type { Channel } from "./request.ts";

/** Approved marketing templates, those that reach a member without an address first. */
export function trialTemplates(tx: Tx): Promise<{ template: string; channel: Channel }[]> {
  return tx.query(
    `select t.template, t.channel from channels.template t where category = 'marketing' and channel <> 'webhook' and exists (
       select 1 from channels.template_version v where v.template = t.template and v.state = 'approved')
     order by t.channel <> 'inbox', t.template limit 5`,
  );
}

/** Some members for a trial: the newest, of whom most can be reached. */
export async function trialMembers(tx: Tx): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    "select member_id from catalogue.members order by member_id desc limit 20",
  );
  return rows.map(({ member_id }) => member_id);
}
