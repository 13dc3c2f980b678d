import type { Ground } from "../../ground.ts";
import { memberRowsById } from "../../members/index.ts";
import { problem } from "../../platform/index.ts";
import type { Scope } from "../../store/index.ts";
import { type Content, parseContent, renderContent } from "./template.ts";
import { templateNamed, wordsInUse } from "./template-store.ts";

/** Words as a member would read them. */
export interface Previewed {
  readonly title: string;
  readonly text: string;
  readonly parts: number;
  readonly letters: number;
}

interface Reader {
  /** Null, or one whom the asker may not see: somebody. */
  readonly member_id: number | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Renders words for one member whose name stays masked. @throws channels.template_unreadable, saying where */
export async function previewContent(
  ground: Ground,
  scope: Scope,
  content: Content,
  { member_id, variables }: Reader,
): Promise<Previewed> {
  const [member] =
    member_id === null
      ? []
      : await ground.store.read({ ...scope, personal: "mask" }, (tx) => memberRowsById(tx, ground, [member_id]));
  const reads = { variables, member: { name: member?.name_masked ?? "王**", number: member?.member_id ?? 0 } };
  try {
    const { title, text, parts } = renderContent(parseContent(content), reads);
    return { title, text, parts, letters: text.length };
  } catch (error) {
    throw problem("channels.template_unreadable", { why: (error as Error).message.slice(0, 300) });
  }
}

/** As `previewContent`, of the words of a template in use, else its newest. @throws channels.template_not_found */
export async function previewTemplate(
  ground: Ground,
  scope: Scope,
  template: string,
  reader: Reader,
): Promise<Previewed> {
  const words = await ground.store.read(scope, async (tx) => wordsInUse(await templateNamed(tx, template)));
  if (words === undefined) throw problem("channels.template_not_found", { template });
  return previewContent(ground, scope, words.content, reader);
}
