import Button from "antd/es/button";
import { useState } from "react";
import { useCan } from "../../api/session.ts";
import type { Source } from "../../api/sources.ts";
import { FormError } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { useTexts } from "../../texts/texts.ts";
import { useChangeSource } from "./source-panels.tsx";

const EXAMPLE = {
  mappings: [
    {
      kind: "order",
      key: "order.no",
      occurred_at: "order.paid_at",
      identities: { phone: "order.mobile" },
      fields: { order_no: "order.no", placed_at: "order.paid_at" },
    },
  ],
};

/** How a webhook's payload becomes records, as the JSON the server checks. */
export function MappingPanel({ source }: { source: Source }) {
  const t = useTexts("sources");
  const may = useCan("data.manage");
  const change = useChangeSource(source);
  const given = source.settings && Object.keys(source.settings).length > 0 ? source.settings : EXAMPLE;
  const [text, setText] = useState(() => JSON.stringify(given, null, 2));
  const [error, setError] = useState<string | null>(null);
  const save = () => {
    try {
      change.mutate({ settings: JSON.parse(text) as unknown });
      setError(null);
    } catch (reason) {
      setError(t("mapping_bad", { reason: (reason as Error).message }));
    }
  };
  return (
    <Card title={t("mapping_title")} note={t("mapping_note")}>
      <div className="ht-stack">
        <p>{t("mapping_text")}</p>
        <FormError text={error} />
        <textarea
          className="ht-input ht-mapping"
          aria-label={t("mapping_title")}
          spellCheck={false}
          readOnly={!may}
          rows={14}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {may ? (
          <div className="ht-actions">
            <Button type="primary" loading={change.isPending} onClick={save}>
              {t("shared:act.save")}
            </Button>
          </div>
        ) : null}
      </div>
    </Card>
  );
}
