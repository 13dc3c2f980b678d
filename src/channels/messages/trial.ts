import type { Tx } from "../../store/index.ts";
import { parsedOf, type Templates } from "./facts.ts";
import { type Claimed, triedTemplates, type UsedTemplate } from "./gate-store.ts";

const MARK = "【试发】";

/** Which words a message gets: the approved ones of its template, or those of the version that it tries. */
export const usedKey = ({ template, test_version }: Pick<Claimed, "template" | "test_version">): string =>
  test_version === null ? template : `${template} ${test_version}`;

/** Whoever reads it sees that it is a trial; the words of an SMS are on file and stay as they are. */
function marked(used: UsedTemplate): UsedTemplate {
  const { content } = used;
  if (content.kind === "sms") return used;
  if (content.kind === "wecom" || content.kind === "webhook")
    return { ...used, content: { ...content, text: `${MARK}${content.text}` } };
  return { ...used, content: { ...content, title: `${MARK}${content.title}` } };
}

/** The same templates with the versions that some of the messages try, by `usedKey`. */
export async function withTried(tx: Tx, templates: Templates, claimed: readonly Claimed[]): Promise<Templates> {
  const wanted = claimed.flatMap(({ template, test_version }) =>
    test_version === null ? [] : [{ template, version: test_version }],
  );
  if (wanted.length === 0) return templates;
  const tried = (await triedTemplates(tx, wanted)).map(
    (one) => [usedKey({ template: one.template, test_version: one.version }), parsedOf(marked(one))] as const,
  );
  return { ...templates, approved: new Map([...templates.approved, ...tried]) };
}
