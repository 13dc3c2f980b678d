import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { DraftHeader, ProblemList } from "../../parts/draft-card.tsx";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { BenefitForm } from "./benefit-form.tsx";
import { type Definition, useBenefit, useBenefitAct, useChecked } from "./benefits-data.ts";
import "../coupons/coupons.css";
import "./benefits.css";
import "./texts.ts";

const FRESH: Definition = {
  key: "",
  zh: "",
  en: "",
  sentence_zh: "",
  sentence_en: "",
  audience: { kind: "everyone" },
  rhythm: { kind: "monthly" },
  give: { kind: "gift" },
  usable_days: null,
  remind_days: null,
  cost_minor: 0,
};

const KEY = /^[a-z][a-z0-9_]{0,39}$/;

/** What has no name yet is checked all the same. */
const named = (benefit: Definition): Definition => ({
  ...benefit,
  key: KEY.test(benefit.key) ? benefit.key : "draft",
  zh: benefit.zh === "" ? "草稿" : benefit.zh,
  en: benefit.en === "" ? "Draft" : benefit.en,
  sentence_zh: benefit.sentence_zh === "" ? "草稿" : benefit.sentence_zh,
  sentence_en: benefit.sentence_en === "" ? "Draft" : benefit.sentence_en,
});

/** A benefit as sentences, with its terms in words and what stands in its way. */
export function BenefitEditPage() {
  const { benefit } = useParams();
  const query = useBenefit(benefit ?? "", benefit !== undefined);
  if (benefit === undefined) return <Editor start={FRESH} isNew />;
  return (
    <Loaded query={query} skeleton={<SkeletonBlock height={420} />}>
      {({ versions }) => <Editor start={versions[0]?.definition ?? FRESH} isNew={false} />}
    </Loaded>
  );
}

function Editor({ start, isNew }: { start: Definition; isNew: boolean }) {
  const t = useTexts("benefits");
  const go = useNavigate();
  const manage = useCan("benefits.manage");
  const [benefit, setBenefit] = useState(start);
  const checked = useChecked(named(benefit)).data;
  const save = useBenefitAct((definition: Definition) => api.put(`/api/benefits/${definition.key}/draft`, definition), {
    done: t("done.saved"),
    onDone: () => void go(`/benefits/${benefit.key}`),
  });
  const to = isNew ? "/benefits" : `/benefits/${start.key}`;
  const complete =
    KEY.test(benefit.key) &&
    [benefit.zh, benefit.en, benefit.sentence_zh, benefit.sentence_en].every((text) => text.trim() !== "");
  const problems = checked?.problems ?? [];
  return (
    <div className="ht-page">
      <DraftHeader
        name={isNew ? undefined : pick(start.zh, start.en)}
        to={to}
        maySave={manage}
        ready={complete && checked?.terms_zh != null}
        busy={save.isPending}
        onSave={() => save.mutate(benefit)}
        t={t}
      />
      <div className="ht-grid">
        <div className="ht-span-8 ht-stack">
          <BenefitForm benefit={benefit} onChange={setBenefit} t={t} isNew={isNew} />
        </div>
        <div className="ht-span-4 ht-stack">
          <Card title={t("edit.reads")}>
            <p className="bf-promise">{pick(benefit.sentence_zh, benefit.sentence_en) || t("edit.no_sentence")}</p>
            {checked?.terms_zh == null ? null : (
              <p className="ht-note">{pick(checked.terms_zh, checked.terms_en ?? "")}</p>
            )}
            <ProblemList problems={problems} sound={<p className="bf-good">{t("edit.sound")}</p>} />
          </Card>
        </div>
      </div>
    </div>
  );
}
