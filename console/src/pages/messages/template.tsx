import { useState } from "react";
import { useParams, useSearchParams } from "react-router";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { TextDifference } from "../../parts/text-difference.tsx";
import { formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { nameOf, type Template, useTemplates, type Version } from "./messages-data.ts";
import { PreviewCard } from "./preview-card.tsx";
import { SubscriptionCard } from "./subscription-stock.tsx";
import { TemplateActs } from "./template-acts.tsx";
import { ChannelChips, VersionStatus, wholeText } from "./template-words.tsx";
import "../../parts/version-list.css";
import "./messages.css";
import "./texts.ts";

/** One template: its versions with who moved them on, what changed between them, and how it reads. */
export function TemplatePage() {
  const { template } = useParams();
  const t = useTexts("messages");
  const query = useTemplates();
  return (
    <Loaded query={query} skeleton={<SkeletonBlock height={480} />}>
      {({ items }) => {
        const one = items.find((row) => row.template === template);
        return one === undefined ? (
          <EmptyState title={t("template.unknown")} text={t("template.unknown_text")} />
        ) : (
          <One template={one} />
        );
      }}
    </Loaded>
  );
}

function One({ template }: { template: Template }) {
  const t = useTexts("messages");
  const [params, setParams] = useSearchParams();
  const { versions } = template;
  const chosen = versions.find(({ version }) => String(version) === params.get("version")) ?? versions[0];
  if (chosen === undefined) return null;
  const older = versions.filter(({ version }) => version < chosen.version);
  return (
    <div className="ht-page">
      <PageHeader
        back={{ to: "/templates", label: t("templates.title") }}
        title={nameOf(template)}
        note={<span className="ht-code">{template.template}</span>}
        tags={<ChannelChips channel={template.channel} category={template.category} />}
        actions={<TemplateActs template={template} chosen={chosen} />}
      />
      <div className="ht-grid">
        <div className="ht-span-7 ht-stack">
          <Card title={t("template.versions")} note={t("template.versions_note")}>
            <Versions
              versions={versions}
              chosen={chosen}
              onChoose={(version) => setParams({ version: String(version) }, { replace: true })}
            />
          </Card>
          <Words key={chosen.version} chosen={chosen} older={older} />
        </div>
        <div className="ht-span-5 ht-stack">
          {chosen.content.kind === "wechat" ? (
            <SubscriptionCard template={template.template} service_template={chosen.content.service_template ?? ""} />
          ) : null}
          <PreviewCard content={chosen.content} />
        </div>
      </div>
    </div>
  );
}

function Versions({
  versions,
  chosen,
  onChoose,
}: {
  versions: readonly Version[];
  chosen: Version;
  onChoose: (version: number) => void;
}) {
  const t = useTexts("messages");
  return (
    <ul className="ht-versions">
      {versions.map((one) => (
        <li key={one.version}>
          <button
            type="button"
            className="ht-version"
            aria-pressed={one === chosen}
            onClick={() => onChoose(one.version)}
          >
            {t("version_n", { n: one.version })}
          </button>
          <VersionStatus state={one.state} />
          <span className="ht-note ms-moves">
            {[
              t("template.saved", { at: formatInstant(one.saved_at), who: one.saved_by_name ?? t("template.shipped") }),
              ...one.moves.map((move) =>
                [
                  t("template.moved", {
                    at: formatInstant(move.at),
                    who: move.by_name ?? t("template.shipped"),
                    to: t(`move.${move.to}`),
                  }),
                  move.reason === null ? "" : t("template.because", { reason: move.reason }),
                ].join(""),
              ),
            ].join(" → ")}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What a version says, against one before it. */
function Words({ chosen, older }: { chosen: Version; older: readonly Version[] }) {
  const t = useTexts("messages");
  const [against, setAgainst] = useState(older[0]?.version);
  const before = older.find(({ version }) => version === against);
  const { sign_name, service_template } = chosen.content;
  return (
    <Card
      title={t("template.words_of", { n: chosen.version })}
      note={older.length === 0 ? t("template.first") : undefined}
      extra={
        older.length === 0 ? undefined : (
          <label className="ms-check">
            {t("template.against")}
            <select className="ht-select" value={against} onChange={(event) => setAgainst(Number(event.target.value))}>
              {older.map(({ version }) => (
                <option key={version} value={version}>
                  {t("version_n", { n: version })}
                </option>
              ))}
            </select>
          </label>
        )
      }
    >
      <div className="ht-stack">
        <TextDifference before={wholeText((before ?? chosen).content)} after={wholeText(chosen.content)} />
        {chosen.content.kind === "wechat" ? (
          <p className="ht-note ms-wrap">{t("template.wechat_as", { code: service_template ?? "" })}</p>
        ) : null}
        {sign_name === undefined ? null : (
          <p className="ht-note">{t("template.filed_as", { sign: sign_name, code: service_template ?? "" })}</p>
        )}
        {chosen.content.variables.length === 0 ? null : (
          <p className="ht-note">{t("template.reads", { names: chosen.content.variables.join("、") })}</p>
        )}
      </div>
    </Card>
  );
}
