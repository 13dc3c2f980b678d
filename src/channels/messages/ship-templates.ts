import type { Tx } from "../../store/index.ts";
import type { Category } from "./request.ts";
import type { Content } from "./template.ts";
import type { VersionState } from "./template-store.ts";

export interface ShippedTemplate {
  readonly template: string;
  readonly name: string;
  readonly category: Category;
  readonly content: Content;
  readonly state: Exclude<VersionState, "retired">;
}

/** Writes templates with a first version each, in one statement; one that is there already stays as it is. */
export async function shipTemplates(tx: Tx, templates: readonly ShippedTemplate[], now: Date): Promise<void> {
  await tx.query(
    `with wanted as (
       select * from unnest($1::text[], $2::text[], $3::text[], $4::json[], $5::text[]) as w (template, name, category, content, state)
     ), made as (
       insert into channels.template (template, name, channel, category, made_at)
       select template, name, content ->> 'kind', category, $6 from wanted on conflict (template) do nothing returning template
     ), version as (
       insert into channels.template_version (template, version, content, state, saved_at, state_at)
       select w.template, 1, w.content, w.state, $6, $6 from wanted w join made using (template) returning template, state
     )
     insert into channels.sms_sign (sign_name, place, state, changed_at)
     select sign_name, row_number() over (order by sign_name), 'filed', $6::timestamptz from (
       select distinct w.content ->> 'sign_name' as sign_name from wanted w join made using (template) where w.content ->> 'kind' = 'sms') s
     on conflict do nothing`,
    [
      templates.map(({ template }) => template),
      templates.map(({ name }) => name),
      templates.map(({ category }) => category),
      templates.map(({ content }) => JSON.stringify(content)),
      templates.map(({ state }) => state),
      now,
    ],
  );
}
