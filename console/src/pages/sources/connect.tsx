import Button from "antd/es/button";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useCan } from "../../api/session.ts";
import type { Source } from "../../api/sources.ts";
import { Choices } from "../../parts/chips.tsx";
import { CopyText } from "../../parts/copy-text.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import { type GuidedKind, GUIDED_KINDS, isGuided, snippetsFor } from "./snippets.ts";
import { KeyOnce, NewSource, type Secrets } from "./source-dialogs.tsx";
import "./sources.css";
import zh from "./zh.json";

addTexts("sources", { zh, en });

function Tips() {
  const t = useTexts("sources");
  return (
    <div className="ht-stack ht-span-4">
      <Card title={t("members_tip")}>
        <p>{t("members_tip_text")}</p>
      </Card>
      <Card title={t("file_tip")}>
        <p>{t("file_tip_text")}</p>
        <p className="ht-source-note">
          <Link to="/data/imports?new=1">{t("file_act")}</Link>
        </p>
      </Card>
      <Card title={t("pull_tip")}>
        <p>{t("pull_tip_text")}</p>
        <p className="ht-source-note">
          <Link to="/data/pulls?new=1">{t("pull_act")}</Link>
        </p>
      </Card>
    </div>
  );
}

interface StepsProps {
  readonly kind: GuidedKind;
  readonly made: { source: Source; secrets: Secrets } | null;
  readonly onCreate: () => void;
}

function Steps({ kind, made, onCreate }: StepsProps) {
  const t = useTexts("sources");
  const may = useCan("data.manage");
  return (
    <ol className="ht-steps">
      <li>
        <h3>{t("step_create")}</h3>
        {made ? (
          <Link to={`/data/sources/${made.source.source_id}`}>{made.source.name}</Link>
        ) : (
          <Button type="primary" disabled={!may} onClick={onCreate}>
            {t("connect")}
          </Button>
        )}
      </li>
      <li>
        <h3>{t("step_send")}</h3>
        <div className="ht-stack">
          {snippetsFor(kind, made?.secrets.write_key ?? t("your_key"), made?.source.key ?? kind).map((snippet) => (
            <div key={snippet.title}>
              <p className="ht-note">{snippet.title}</p>
              <CopyText text={snippet.code} label={snippet.title} />
            </div>
          ))}
        </div>
      </li>
      <li>
        <h3>{t("step_look")}</h3>
        <p>{t("step_look_text")}</p>
      </li>
    </ol>
  );
}

/** How to send records: one way at a time, with code that works once the key stands in it. */
export function ConnectPage() {
  const t = useTexts("sources");
  const [params, setParams] = useSearchParams();
  const asked = params.get("way") ?? "";
  const kind: GuidedKind = isGuided(asked) ? asked : "sensors";
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<{ source: Source; secrets: Secrets } | null>(null);
  const [shown, setShown] = useState(false);
  return (
    <div className="ht-page">
      <PageHeader
        title={t("connect_title")}
        note={t("connect_note")}
        back={{ to: "/data/sources", label: t("title") }}
      />
      <Choices
        label={t("new_kind")}
        value={kind}
        items={GUIDED_KINDS.map((key) => ({ key, label: t(`kind.${key}`) }))}
        onChange={(way) => setParams({ way }, { replace: true })}
      />
      <div className="ht-grid">
        <Card className="ht-span-8" title={t(`kind.${kind}`)} note={t(`kind_text.${kind}`)}>
          <Steps kind={kind} made={made} onCreate={() => setCreating(true)} />
        </Card>
        <Tips />
      </div>
      {creating ? (
        <NewSource
          open
          kind={kind}
          onClose={() => setCreating(false)}
          onCreated={(source, secrets) => {
            setCreating(false);
            setMade({ source, secrets });
            setShown(true);
          }}
        />
      ) : null}
      {shown && made ? <KeyOnce secrets={made.secrets} onClose={() => setShown(false)} /> : null}
    </div>
  );
}
