import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "react-router";
import { RelativeTime } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { ErrorState, SkeletonText } from "../../parts/states.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import type { MemberTag } from "./member-data.ts";
import "./member-tags.css";

const FAMILIES = ["basic", "consumption", "social"] as const;

const hasValue = (tag: MemberTag): boolean => tag.value !== null && tag.value !== undefined && tag.value !== "";

/** The member's tags by family: what, how old, and why. A tag without a value is not listed, only counted. */
export function MemberTags({ query }: { query: UseQueryResult<{ items: readonly MemberTag[] }> }) {
  const t = useTexts("members");
  const items = query.data?.items;
  const known = items?.filter(hasValue) ?? [];
  return (
    <Card
      title={t("tags.title")}
      note={items === undefined ? undefined : t("tags.note", { n: known.length })}
      extra={<Link to="/tags">{t("tags.all")}</Link>}
    >
      {items === undefined && query.error ? (
        <ErrorState small error={query.error} retry={() => void query.refetch()} />
      ) : null}
      {items === undefined && !query.error ? <SkeletonText lines={8} /> : null}
      {items !== undefined && known.length === 0 ? <p className="ht-note">{t("tags.none")}</p> : null}
      {FAMILIES.map((family) => (
        <Family key={family} name={t(`tags.${family}`)} tags={known.filter((tag) => tag.family === family)} t={t} />
      ))}
      <Family
        name={t("tags.other")}
        tags={known.filter((tag) => !(FAMILIES as readonly string[]).includes(tag.family))}
        t={t}
      />
    </Card>
  );
}

function Family({ name, tags, t }: { name: string; tags: readonly MemberTag[]; t: Translate }) {
  if (tags.length === 0) return null;
  return (
    <section className="mt-family">
      <h3>{name}</h3>
      <ul>
        {tags.map((tag) => (
          <li key={tag.key}>
            <div className="mt-line">
              <Link className="mt-name" to={`/tags/${encodeURIComponent(tag.key)}`}>
                {pick(tag.zh, tag.en)}
              </Link>
              <strong>{pick(tag.display_zh, tag.display_en) || String(tag.value)}</strong>
            </div>
            <Why tag={tag} t={t} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Why({ tag, t }: { tag: MemberTag; t: Translate }) {
  const age = tag.computed_at === null ? null : <RelativeTime at={tag.computed_at} />;
  if (tag.why === null) return <p className="ht-note">{age}</p>;
  return (
    <details className="pf-more">
      <summary>
        {t("tags.why")} <span className="mt-age">{age}</span>
      </summary>
      <p>{pick(tag.why.zh, tag.why.en)}</p>
    </details>
  );
}
