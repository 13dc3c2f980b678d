import type { Reached } from "../../members/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Candidate } from "./decide.ts";
import { approvedTemplates, categoriesOf, type Claimed, type UsedTemplate } from "./gate-store.ts";
import { CONSENT_MEDIA } from "./policy.ts";
import type { Category } from "./request.ts";
import { type ParsedContent, parseContent, type Rendered, renderContent, type RenderScope } from "./template.ts";

/** Templates with the words in use, read once for many messages. */
export interface Templates {
  readonly categories: ReadonlyMap<string, Category>;
  readonly approved: ReadonlyMap<string, UsedTemplate & { readonly parsed: ParsedContent | null }>;
}

/** A version with its words read; null where they do not read. */
export function parsedOf(one: UsedTemplate): UsedTemplate & { readonly parsed: ParsedContent | null } {
  try {
    return { ...one, parsed: parseContent(one.content) };
  } catch {
    return { ...one, parsed: null };
  }
}

export async function templatesOf(tx: Tx, names: readonly string[]): Promise<Templates> {
  const approved = (await approvedTemplates(tx, names)).map(parsedOf);
  return { categories: await categoriesOf(tx, names), approved: new Map(approved.map((one) => [one.template, one])) };
}

export const categoryOf = ({ categories }: Templates, template: string): Category =>
  categories.get(template) ?? "marketing";

/** What is known about a message beside itself and its member. */
type Facts = Pick<
  Candidate,
  "channel" | "category" | "has_template" | "stopped" | "consent" | "held_out" | "told" | "timezone"
> &
  Partial<Pick<Candidate, "test" | "seed" | "sender">> & { readonly needs_address: boolean };

/** A message as the gate judges it. @param member undefined: nobody is behind the number any more */
export function candidateOf(
  { message_id, template, valid_until }: Pick<Claimed, "message_id" | "template" | "valid_until">,
  member: Reached | undefined,
  { needs_address, ...facts }: Facts,
): Candidate {
  const member_id = member?.member_id ?? null;
  return {
    test: false,
    seed: false,
    ...facts,
    message_id,
    template,
    valid_until,
    member_id,
    is_test: member?.is_test ?? false,
    is_staff: (member?.is_staff ?? false) || (member?.is_wholesale ?? false),
    address: needs_address ? (member?.address_token ?? null) : String(member_id),
    needs_consent: CONSENT_MEDIA[facts.channel] !== null,
  };
}

/** A template's words; undefined when they cannot be rendered. */
export function wordsOf(parsed: ParsedContent | null | undefined, scope: RenderScope): Rendered | undefined {
  if (parsed == null) return undefined;
  try {
    return renderContent(parsed, scope);
  } catch {
    return undefined;
  }
}
