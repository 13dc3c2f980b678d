import Button from "antd/es/button";
import { useState } from "react";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { word } from "../trust-risks/trust-data.ts";
import { type Evidence, type Item, RESULT_TONES, useEvidence } from "./assessment-data.ts";
import { EvidenceDialog } from "./evidence-dialog.tsx";

function EvidenceLines({ evidence }: { evidence: readonly Evidence[] }) {
  const t = useTexts("trust-assessment");
  const may = useCan("trust.assess");
  return (
    <ul className="tm-evidence">
      {evidence.map((one) => (
        <li key={one.evidence_id}>
          {t("evidence_line", { dated: one.dated, until: one.valid_until, person: one.person })} · {one.note}
          {one.file_name === null || !may ? null : (
            <>
              {" "}
              <a href={`/api/trust/evidence/${one.evidence_id}/file`} download>
                {one.file_name}
              </a>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Items with what was seen and, where it is missing, the step to take. */
export function ItemList({ items }: { items: readonly Item[] }) {
  const t = useTexts("trust-assessment");
  const may = useCan("trust.assess");
  const [asked, setAsked] = useState<Item | null>(null);
  const evidence = useEvidence();
  if (items.length === 0) return <p className="tm-none">{t("no_items")}</p>;
  return (
    <>
      <ul className="tm-items">
        {items.map((item) => {
          const own = (evidence.data?.items ?? []).filter((one) => one.item === item.id && one.withdrawn_at === null);
          return (
            <li key={item.id}>
              <div className="tm-item-head">
                <b className="tm-id">{item.id}</b>
                <span className="tm-name">{pick(item.name_zh, item.name_en)}</span>
                <Chip tone={RESULT_TONES[item.result]}>{item.unknown ? t("unknown") : t(`result.${item.result}`)}</Chip>
                <span className="ht-note">{t(`who.${item.who}`)}</span>
              </div>
              <p className="tm-seen">{pick(item.zh, item.en)}</p>
              {item.result === "met" || item.result === "not_applicable" ? null : (
                <p className="tm-step">
                  <b>{t("step")}</b> {word(item.step)}
                </p>
              )}
              {own.length === 0 ? null : <EvidenceLines evidence={own} />}
              {may && item.who !== "A" ? (
                <Button size="small" onClick={() => setAsked(item)}>
                  {t("bring")}
                </Button>
              ) : null}
            </li>
          );
        })}
      </ul>
      {asked === null ? null : <EvidenceDialog key={asked.id} item={asked} onClose={() => setAsked(null)} />}
    </>
  );
}
