import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "react-router";
import { RelativeTime } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { ErrorState, SkeletonText } from "../../parts/states.tsx";
import { listText } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import type { MemberTag, MemberTagsAnswer } from "./member-data.ts";
import "./member-tags.css";

const FAMILIES = ["basic", "consumption", "social"] as const;

const hasValue = (tag: MemberTag): boolean => tag.value !== null && tag.value !== undefined && tag.value !== "";

/** The member's tags by family, one line each; a press opens why the value is so and how old it is. */
export function MemberTags({ query }: { query: UseQueryResult<MemberTagsAnswer> }) {
  const t = useTexts("members");
  const items = query.data?.items;
  const known = items?.filter(hasValue) ?? [];
  const of = (family: string) =>
    known.filter((tag) => ((FAMILIES as readonly string[]).includes(tag.family) ? tag.family : "other") === family);
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
      {[...FAMILIES, "other"].map((family) => (
        <Family key={family} name={t(`tags.${family}`)} tags={of(family)} t={t} />
      ))}
      <Abstained tags={query.data?.abstained ?? []} t={t} />
    </Card>
  );
}

function Abstained({ tags, t }: { tags: MemberTagsAnswer["abstained"]; t: Translate }) {
  if (tags.length === 0) return null;
  return (
    <details className="mt-tag">
      <summary>
        <span className="mt-name">{t("tags.abstained")}</span>
        <strong>{t("tags.abstained_count", { n: tags.length })}</strong>
      </summary>
      <div className="mt-why">
        <p>{t("tags.abstained_why")}</p>
        <p>{listText(tags.map((tag) => pick(tag.zh, tag.en)))}</p>
      </div>
    </details>
  );
}

/** The age beside the family is that of its oldest value. */
function Family({ name, tags, t }: { name: string; tags: readonly MemberTag[]; t: Translate }) {
  if (tags.length === 0) return null;
  const oldest = tags.map((tag) => tag.computed_at ?? "").sort()[0];
  return (
    <section className="mt-family">
      <h3>
        {name}
        {oldest ? <RelativeTime at={oldest} /> : null}
      </h3>
      {tags.map((tag) => (
        <Tag key={tag.key} tag={tag} t={t} />
      ))}
    </section>
  );
}

function Tag({ tag, t }: { tag: MemberTag; t: Translate }) {
  return (
    <details className="mt-tag">
      <summary>
        <span className="mt-name">{pick(tag.zh, tag.en)}</span>
        <strong>{pick(tag.display_zh, tag.display_en) || String(tag.value)}</strong>
      </summary>
      <div className="mt-why">
        {tag.why === null ? null : <p>{pick(tag.why.zh, tag.why.en)}</p>}
        <p>
          {t("tags.computed")} <RelativeTime at={tag.computed_at} /> ·{" "}
          <Link to={`/tags/${encodeURIComponent(tag.key)}`}>{t("tags.about")}</Link>
        </p>
      </div>
    </details>
  );
}
