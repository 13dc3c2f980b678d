import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { pick, useTexts } from "../../texts/texts.ts";

interface Named {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
}

interface Vocabulary {
  readonly kinds: readonly {
    readonly kind: string;
    readonly fields: readonly Named[];
    readonly identities: readonly Named[];
  }[];
}

/** Words for fields as the server counts them: "order.placed_at" (a field), "order#phone" (an identifier). */
export function useFieldNames(): (field: string) => string {
  const t = useTexts();
  const query = useQuery({
    queryKey: ["import-vocabulary"],
    queryFn: () => api.get<Vocabulary>("/api/imports/vocabulary"),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (field) => {
    const [kind = "", name = ""] = field.split(/[.#]/);
    const info = query.data?.kinds.find((one) => one.kind === kind);
    const found = field.includes("#")
      ? info?.identities.find((one) => one.name === `identity.${name}`)
      : info?.fields.find((one) => one.name === name);
    const kindName = t(`record_kind.${kind}`, { defaultValue: kind });
    return `${kindName} · ${found ? pick(found.zh, found.en) : name || field}`;
  };
}
