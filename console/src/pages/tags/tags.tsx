import { SearchOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import { useMayAsk } from "../../api/session.ts";
import { Bar } from "../../parts/bar.tsx";
import { Chip, Choices } from "../../parts/chips.tsx";
import { Count, Ratio, RelativeTime } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { ArchivedTags, TagActs } from "./tag-acts.tsx";
import { type TagAccuracy, useAccuracies } from "./review-data.ts";
import { StateChip } from "./reviews.tsx";
import { SpreadStrip } from "./spread.tsx";
import { type Tag, tagQuery, useTags } from "./tag-data.ts";
import "../../parts/data-table.css";
import "../../parts/form.css";
import "./make.css";
import "./tags.css";
import "./texts.ts";

const FAMILIES = ["basic", "consumption", "social"] as const;

/** What the catalogue can be narrowed to beside the family. */
const STATES: Readonly<Record<string, (tag: Tag, failing: ReadonlySet<string>) => boolean>> = {
  custom: (tag) => tag.custom,
  off: (tag) => !tag.enabled,
  failing: (tag, failing) => failing.has(tag.key),
  behind: (tag) => tag.enabled && (tag.stale || (tag.difference ?? 0) > 0),
};

/** The catalogue of tags by family: what each means in a sentence, how its values are spread, whom it covers, its age. */
export function TagsPage() {
  const t = useTexts("tags");
  const query = useTags();
  const [params, setParams] = useSearchParams();
  const words = params.get("q") ?? "";
  const family = params.get("family") ?? "all";
  const state = params.get("state") ?? "all";
  const set = (name: string, value: string) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        if (value === "" || value === "all") next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  const accuracies = useAccuracies();
  const states = new Map(accuracies.data?.items.map((item) => [item.key, item]));
  const failing = new Set([...states.values()].filter((item) => item.state === "failed").map((item) => item.key));
  const count = query.data?.items.length;
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={count === undefined ? undefined : t("note_plain", { n: count })}
        actions={<TagActs t={t} />}
      />
      <Tools items={query.data?.items} failing={failing} words={words} family={family} state={state} set={set} t={t} />
      <Loaded query={query} skeleton={<SkeletonTable rows={12} columns={5} />}>
        {(data) => (
          <Families
            states={states}
            tags={matching(data.items, words, family, state, failing)}
            all={data.items.length}
            t={t}
          />
        )}
      </Loaded>
      <ArchivedTags t={t} />
    </div>
  );
}

interface ToolsProps {
  readonly items: readonly Tag[] | undefined;
  readonly failing: ReadonlySet<string>;
  readonly words: string;
  readonly family: string;
  readonly state: string;
  readonly set: (name: string, value: string) => void;
  readonly t: Translate;
}

function Tools({ items, failing, words, family, state, set, t }: ToolsProps) {
  return (
    <div className="tg-tools">
      <label className="tg-search">
        <SearchOutlined aria-hidden="true" />
        <input
          type="search"
          className="ht-input"
          value={words}
          placeholder={t("search")}
          aria-label={t("search")}
          onChange={(event) => set("q", event.target.value)}
        />
      </label>
      <Choices
        label={t("one.family")}
        value={family}
        items={["all", ...FAMILIES].map((key) => ({
          key,
          label: t(`family.${key}`),
          count: items?.filter((tag) => key === "all" || tag.family === key).length,
        }))}
        onChange={(key) => set("family", key)}
      />
      <Choices
        label={t("filter.label")}
        value={state}
        items={["all", ...Object.keys(STATES)].map((key) => ({
          key,
          label: t(`filter.${key}`),
          count: key === "all" ? undefined : items?.filter((tag) => STATES[key]?.(tag, failing)).length,
        }))}
        onChange={(key) => set("state", key)}
      />
    </div>
  );
}

/** Every word must stand in the name, the sentence, the key or a value. */
function matching(
  tags: readonly Tag[],
  text: string,
  family: string,
  state: string,
  failing: ReadonlySet<string>,
): readonly Tag[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return tags.filter((tag) => {
    if (family !== "all" && tag.family !== family) return false;
    if (STATES[state]?.(tag, failing) === false) return false;
    const values = tag.values.map((value) => `${value.zh} ${value.en}`).join(" ");
    const all = `${tag.key} ${tag.zh} ${tag.en} ${tag.sentence_zh} ${tag.sentence_en} ${values}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

type States = ReadonlyMap<string, TagAccuracy>;

function Families({ tags, all, states, t }: { tags: readonly Tag[]; all: number; states: States; t: Translate }) {
  if (all === 0) {
    return (
      <Card>
        <EmptyState
          title={t("list.empty_title")}
          text={t("list.empty_text")}
          action={<Link to="/data/imports">{t("list.empty_action")}</Link>}
        />
      </Card>
    );
  }
  if (tags.length === 0)
    return (
      <Card>
        <EmptyState title={t("list.none_title")} text={t("list.none_text")} />
      </Card>
    );
  const known = FAMILIES as readonly string[];
  const groups = [...FAMILIES, "other"].map((family) => ({
    family,
    tags: tags.filter((tag) => (known.includes(tag.family) ? tag.family : "other") === family),
  }));
  return groups
    .filter((group) => group.tags.length > 0)
    .map((group) => (
      <Card key={group.family} title={t(`family.${group.family}`)} note={formatCount(group.tags.length)} flush>
        <FamilyTable family={t(`family.${group.family}`)} tags={group.tags} states={states} t={t} />
      </Card>
    ));
}

interface FamilyTableProps {
  readonly family: string;
  readonly tags: readonly Tag[];
  readonly states: States;
  readonly t: Translate;
}

function FamilyTable({ family, tags, states, t }: FamilyTableProps) {
  return (
    <table className="ht-table tg-table">
      <caption className="ht-hidden">
        {t("table")} {family}
      </caption>
      <thead>
        <tr>
          <th scope="col">{t("column.name")}</th>
          <th scope="col" className="ht-hide-tablet tg-spread">
            {t("column.spread")}
          </th>
          <th scope="col" className="ht-num ht-hide-phone">
            {t("column.coverage")}
          </th>
          <th scope="col" className="ht-num">
            {t("column.members")}
          </th>
          <th scope="col" className="ht-num ht-hide-phone">
            {t("column.age")}
          </th>
        </tr>
      </thead>
      <tbody>
        {tags.map((tag) => (
          <TagRow key={tag.key} tag={tag} accuracy={states.get(tag.key)} t={t} />
        ))}
      </tbody>
    </table>
  );
}

function TagRow({ tag, accuracy, t }: { tag: Tag; accuracy: TagAccuracy | undefined; t: Translate }) {
  const client = useQueryClient();
  const listed = useMayAsk("members.read")(tag.privacy);
  const address = `/tags/${encodeURIComponent(tag.key)}`;
  const name = pick(tag.zh, tag.en);
  return (
    <tr onPointerEnter={() => void client.prefetchQuery(tagQuery(tag.key))}>
      <td className="tg-what">
        <Link to={address} className="tg-name">
          {name}
        </Link>
        {tag.custom ? <Chip>{t("custom")}</Chip> : null}
        {tag.enabled ? null : <Chip>{t("filter.off")}</Chip>}
        {accuracy?.state === "failed" || accuracy?.state === "not_issued" ? <StateChip item={accuracy} t={t} /> : null}
        {tag.stale ? (
          <Chip tone="warn" title={t("stale_why")}>
            {t("stale")}
          </Chip>
        ) : null}
        {tag.difference ? <Chip tone="bad">{t("difference", { n: formatCount(tag.difference) })}</Chip> : null}
        <p className="ht-note">{pick(tag.sentence_zh, tag.sentence_en)}</p>
      </td>
      <td className="ht-hide-tablet tg-spread">
        <SpreadStrip tag={tag} />
      </td>
      <td className="ht-num ht-hide-phone">
        <span className="tg-coverage">
          <Bar part={tag.coverage ?? 0} label={`${name} ${t("column.coverage")}`} />
          <Ratio value={tag.coverage} digits={0} />
        </span>
      </td>
      <td className="ht-num">
        <Count
          value={tag.members_with_value}
          to={listed ? `/members?tag=${encodeURIComponent(tag.key)}` : undefined}
          label={`${name} ${t("column.members")}`}
        />
      </td>
      <td className="ht-num ht-hide-phone">
        {tag.computed_at === null ? <span className="ht-none">—</span> : <RelativeTime at={tag.computed_at} />}
      </td>
    </tr>
  );
}
