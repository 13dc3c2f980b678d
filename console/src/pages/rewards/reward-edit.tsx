import { type ReactNode, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { DraftHeader, ProblemList } from "../../parts/draft-card.tsx";
import { Card } from "../../parts/page-header.tsx";
import { Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { InlineCodes, InlineCount, InlineMoney, InlineText } from "../coupons/inline.tsx";
import { type Definition, useChecked, useReward, useRewardAct } from "./rewards-data.ts";
import "../coupons/coupons.css";
import "./rewards.css";
import "./texts.ts";

const FRESH: Definition = {
  key: "",
  zh: "",
  en: "",
  points: 500,
  cash_minor: 0,
  currency: "CNY",
  member_max: null,
  tiers: [],
  needs: null,
};
const KEY = /^[a-z][a-z0-9_]{0,39}$/;

/** What has no name yet is checked all the same. */
const named = (reward: Definition): Definition => ({
  ...reward,
  key: KEY.test(reward.key) ? reward.key : "draft",
  zh: reward.zh === "" ? "草稿" : reward.zh,
  en: reward.en === "" ? "Draft" : reward.en,
});

/** A reward as sentences, with its price in words and what stands in its way. */
export function RewardEditPage() {
  const { reward } = useParams();
  const query = useReward(reward ?? "", reward !== undefined);
  if (reward === undefined) return <Editor start={FRESH} isNew />;
  return (
    <Loaded query={query} skeleton={<SkeletonBlock height={360} />}>
      {(data) => <Editor start={data.draft?.definition ?? data.reward.definition} isNew={false} />}
    </Loaded>
  );
}

function Editor({ start, isNew }: { start: Definition; isNew: boolean }) {
  const t = useTexts("rewards");
  const go = useNavigate();
  const manage = useCan("benefits.manage");
  const [reward, setReward] = useState(start);
  const checked = useChecked(named(reward)).data;
  const save = useRewardAct((definition: Definition) => api.put(`/api/rewards/${definition.key}/draft`, definition), {
    done: t("done.saved"),
    onDone: () => void go(`/rewards/${reward.key}`),
  });
  const to = isNew ? "/rewards" : `/rewards/${start.key}`;
  const complete = KEY.test(reward.key) && reward.zh.trim() !== "" && reward.en.trim() !== "";
  const problems = checked?.problems ?? [];
  return (
    <div className="ht-page">
      <DraftHeader
        name={isNew ? undefined : pick(start.zh, start.en)}
        to={to}
        maySave={manage}
        ready={complete && checked?.zh != null}
        busy={save.isPending}
        onSave={() => save.mutate(reward)}
        t={t}
      />
      <div className="ht-grid">
        <div className="ht-span-8 ht-stack">
          <Card title={t("form.title")}>
            <Form reward={reward} put={(part) => setReward({ ...reward, ...part })} isNew={isNew} t={t} />
          </Card>
        </div>
        <div className="ht-span-4 ht-stack">
          <Card title={t("edit.reads")}>
            <p className="rw-reads">{checked?.zh == null ? "—" : pick(checked.zh, checked.en ?? "")}</p>
            <ProblemList problems={problems} sound={<p className="rw-good">{t("edit.sound")}</p>} />
          </Card>
        </div>
      </div>
    </div>
  );
}

function Sentence({ lead, children }: { lead: string; children: ReactNode }) {
  return (
    <div className="cp-sentence">
      <span className="cp-lead">{lead}</span>
      <span className="cp-words">{children}</span>
    </div>
  );
}

interface FormProps {
  readonly reward: Definition;
  readonly put: (part: Partial<Definition>) => void;
  readonly isNew: boolean;
  readonly t: Translate;
}

function Form({ reward, put, isNew, t }: FormProps) {
  return (
    <>
      <Sentence lead={t("form.name")}>
        <InlineText label={t("form.name_zh")} value={reward.zh} onChange={(zh) => put({ zh })} />
        <InlineText label={t("form.name_en")} value={reward.en} onChange={(en) => put({ en })} />
        {t("form.key")}
        {isNew ? (
          <InlineText label={t("form.key")} value={reward.key} onChange={(key) => put({ key })} />
        ) : (
          <code>{reward.key}</code>
        )}
      </Sentence>
      <Sentence lead={t("form.costs")}>
        <InlineCount
          label={t("form.points")}
          width={96}
          value={reward.points}
          onChange={(points) => put({ points: points ?? 0 })}
        />
        {t("form.points_and")}
        <InlineMoney
          label={t("form.cash")}
          value={reward.cash_minor}
          onChange={(cash_minor) => put({ cash_minor: cash_minor ?? 0 })}
        />
        {t("form.yuan")}
      </Sentence>
      <Sentence lead={t("form.whom")}>
        {t("form.each")}
        <InlineCount label={t("form.each")} value={reward.member_max} onChange={(member_max) => put({ member_max })} />
        {t("form.each_max")}
        <InlineCodes
          label={t("form.tiers")}
          placeholder={t("form.all_tiers")}
          value={reward.tiers}
          onChange={(tiers) => put({ tiers })}
        />
        {t("form.tier_members")}
      </Sentence>
      <Sentence lead={t("form.needs")}>
        <InlineText
          label={t("form.needs")}
          value={reward.needs ?? ""}
          onChange={(needs) => put({ needs: needs.trim() === "" ? null : needs.trim() })}
        />
        <span className="ht-note">{t("form.needs_hint")}</span>
      </Sentence>
    </>
  );
}
