import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { ApiProblem } from "../../api/client.ts";
import { useMayAsk } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { CopyText } from "../../parts/copy-text.tsx";
import { Count, Fact, Ratio, RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { seedLink } from "../segments/model/seeds.ts";
import { Example } from "./example.tsx";
import { AccuracyCard } from "./accuracy-card.tsx";
import { HistoryCard } from "./history-card.tsx";
import { LineageCard } from "./lineage-card.tsx";
import { MadeCard } from "./made-card.tsx";
import { SpreadTable } from "./spread.tsx";
import { type TagDetail, tagQuery } from "./tag-data.ts";
import { TagSwitch } from "./tag-switch.tsx";
import "../../parts/data-table.css";
import "../../parts/form.css";
import "./make.css";
import "./tags.css";
import "./texts.ts";

/** One tag: its sentence first, then how its values are spread, where it comes from, an example, and its SQL folded. */
export function TagPage() {
  const { tagKey = "" } = useParams();
  const t = useTexts("tags");
  const query = useQuery(tagQuery(tagKey));
  const gone = query.error instanceof ApiProblem && query.error.status === 404;
  const tag = query.data;
  return (
    <div className="ht-page">
      <PageHeader
        title={tag === undefined ? t("title") : pick(tag.zh, tag.en)}
        back={{ to: "/tags", label: t("one.back") }}
        tags={
          <>
            {tag?.custom ? <Chip>{t("custom")}</Chip> : null}
            {tag?.stale ? <Chip tone="warn">{t("stale")}</Chip> : null}
          </>
        }
        actions={tag?.enabled ? <Use tag={tag} t={t} /> : undefined}
      />
      {gone ? <EmptyState title={t("gone_title")} text={t("gone_text")} /> : null}
      {gone ? null : (
        <Loaded query={query} skeleton={<SkeletonBlock height={420} />}>
          {(data) => <TagBody tag={data} t={t} />}
        </Loaded>
      )}
    </div>
  );
}

/** Conditions about values that are masked for the reader are refused: said here instead of there. */
function Use({ tag, t }: { tag: TagDetail; t: Translate }) {
  const asked = useMayAsk("members.read")(tag.privacy);
  if (!asked) return <span className="ht-note">{t("one.closed_use")}</span>;
  return (
    <Link className="tg-use" to={seedLink({ tag: `${tag.key}:` })}>
      {t("one.use")}
    </Link>
  );
}

function TagBody({ tag, t }: { tag: TagDetail; t: Translate }) {
  const asked = useMayAsk("members.read")(tag.privacy);
  return (
    <>
      <p className="tg-sentence">{pick(tag.sentence_zh, tag.sentence_en)}</p>
      {tag.optional ? <TagSwitch tag={tag} t={t} /> : null}
      <div className="ht-grid">
        <div className="ht-span-8 ht-stack">
          <Card title={t("one.spread")} note={t(asked ? "one.spread_note" : "one.closed_note")} flush>
            <SpreadTable tag={tag} t={t} />
          </Card>
          {tag.enabled ? <HistoryCard tagKey={tag.key} t={t} /> : null}
          <LineageCard tag={tag} t={t} />
          {tag.example === null ? null : (
            <Card title={t("one.example")} note={t("one.example_note")}>
              <Example example={tag.example} tag={tag} t={t} />
            </Card>
          )}
          <Card title={t("one.sql")} note={t("one.sql_note")}>
            <Sql tag={tag} t={t} />
          </Card>
        </div>
        <div className="ht-span-4 ht-stack">
          {tag.custom ? <MadeCard tagKey={tag.key} t={t} /> : null}
          {tag.enabled ? <AccuracyCard tag={tag} t={t} /> : null}
          <About tag={tag} t={t} />
        </div>
      </div>
    </>
  );
}

function About({ tag, t }: { tag: TagDetail; t: Translate }) {
  return (
    <Card title={t("one.about")}>
      <dl className="ht-facts tg-about">
        <Fact label={t("one.coverage")}>
          <Ratio value={tag.coverage} /> · <Count value={tag.members_with_value} unit={t("column.members")} />
        </Fact>
        {tag.profiling ? (
          <Fact label={t("one.abstained")}>
            <Count value={tag.abstained ?? 0} unit={t("column.members")} />
          </Fact>
        ) : null}
        <Fact label={t("one.computed")}>
          {tag.computed_at === null ? <span className="ht-none">—</span> : <RelativeTime at={tag.computed_at} />}
        </Fact>
        <Fact label={t("one.freshness")}>{t(`freshness.${tag.freshness}`)}</Fact>
        <Fact label={t("one.window")}>{windowOf(tag)}</Fact>
        <Fact label={t("one.difference")}>
          {tag.difference === null ? (
            t("one.difference_unknown")
          ) : tag.difference === 0 ? (
            t("one.difference_none")
          ) : (
            <Chip tone="bad">{t("difference", { n: tag.difference })}</Chip>
          )}
        </Fact>
        <Fact label={t("one.family")}>{t(`family.${tag.family}`)}</Fact>
        <Fact label={t("one.privacy")}>
          {tag.privacy} {t(`privacy.${tag.privacy}`)}
        </Fact>
        <Fact label={t("one.owner")}>{t(`owner.${tag.owner}`)}</Fact>
        <Fact label={t("one.key")}>
          <code>{tag.key}</code>
        </Fact>
      </dl>
    </Card>
  );
}

/** The window in words, whether it comes as one object or as two fields. */
function windowOf({ window, window_zh: zh, window_en: en }: TagDetail): string {
  if (typeof window === "object" && window !== null) return pick(window.zh, window.en);
  return window ?? (pick(zh, en) || "—");
}

function Sql({ tag, t }: { tag: TagDetail; t: Translate }) {
  const engines = Object.entries(tag.sql).filter(([, text]) => text);
  return (
    <div className="tg-sql">
      {engines.map(([engine, text]) => (
        <details key={engine}>
          <summary>{t(`engine.${engine}`)}</summary>
          <CopyText text={text} label={t(`engine.${engine}`)} />
        </details>
      ))}
      <details>
        <summary>{t("one.expression")}</summary>
        <CopyText text={JSON.stringify(tag.expression, null, 2)} label={t("one.expression")} />
      </details>
    </div>
  );
}
