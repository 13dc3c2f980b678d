import { CloseOutlined, SearchOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useEffect, useId, useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { Choices } from "../../parts/chips.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatDay } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { seedLink } from "../segments/model/seeds.ts";
import { type FilterKey, type ListState, SORTS, useListState } from "./filters.ts";
import { MemberTable } from "./member-table.tsx";
import { rowsOf, useMemberList, useMemberSearch } from "./member-data.ts";
import "./members.css";
import "./texts.ts";

/** Members as a list, narrowed by what the address says; with a search it shows who was found and how it was understood. */
export function MembersPage() {
  const t = useTexts("members");
  const state = useListState();
  const list = useMemberList(state.filters, state.query === "");
  const total = list.data?.pages[0]?.total;
  const exact = list.data?.pages[0]?.total_exact !== false;
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={
          total === undefined || total === null
            ? undefined
            : t(exact ? "note_total" : "note_about", { n: formatCount(total) })
        }
        actions={state.active.some(({ key }) => SAVED.has(key)) ? <SaveAsSegment state={state} /> : undefined}
      />
      <Card flush>
        <div className="mb-tools">
          <SearchField key={state.query === "" ? "empty" : "asked"} state={state} />
          {state.query === "" ? <SortChoice state={state} /> : null}
        </div>
        {state.active.length > 0 && state.query === "" ? <ActiveFilters state={state} /> : null}
        {state.query === "" ? (
          <WholeList state={state} list={list} />
        ) : (
          <SearchResults text={state.query} state={state} />
        )}
      </Card>
    </div>
  );
}

/** What the builder of segments takes over from the list. */
const SAVED: ReadonlySet<FilterKey> = new Set(["segment_id", "rfm", "tag"]);

function SaveAsSegment({ state }: { state: ListState }) {
  const t = useTexts("members");
  return (
    <Link className="mb-button" to={seedLink(state.filters)}>
      {t("filter.save")}
    </Link>
  );
}

const TYPING_PAUSE_MS = 250;

/** Searches when the typing pauses; Enter searches at once, Esc clears. */
function SearchField({ state }: { state: ListState }) {
  const t = useTexts("members");
  const id = useId();
  const [text, setText] = useState(state.query);
  const { query, set } = state;
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === query) return;
    const timer = setTimeout(() => set({ q: wanted }), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, query, set]);
  return (
    <form
      role="search"
      className="mb-search"
      onSubmit={(event) => {
        event.preventDefault();
        set({ q: text.trim() });
      }}
    >
      <SearchOutlined aria-hidden="true" />
      <input
        type="search"
        value={text}
        aria-label={t("search.label")}
        aria-describedby={id}
        placeholder={t("search.placeholder")}
        autoComplete="off"
        spellCheck={false}
        autoFocus={query !== ""}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") setText("");
        }}
      />
      {text === "" ? null : (
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined aria-hidden="true" />}
          aria-label={t("search.clear")}
          onClick={() => {
            setText("");
            set({ q: null });
          }}
        />
      )}
      <span id={id} className="ht-hidden">
        {t("search.how")}
      </span>
    </form>
  );
}

function SortChoice({ state }: { state: ListState }) {
  const t = useTexts("members");
  return (
    <Choices
      label={t("sort.label")}
      value={state.filters.sort ?? SORTS[0]}
      items={SORTS.map((sort) => ({ key: sort as string, label: t(`sort.${sort}`) }))}
      onChange={(sort) => state.set({ sort: sort === SORTS[0] ? null : sort })}
    />
  );
}

function SearchResults({ text, state }: { text: string; state: ListState }) {
  const t = useTexts("members");
  const search = useMemberSearch(text);
  if (search.error) return <ErrorState error={search.error} retry={() => void search.refetch()} />;
  if (search.data === undefined) return <SkeletonTable rows={4} columns={6} />;
  const { understood_as: kind, items } = search.data;
  if (items.length === 0) {
    return (
      <EmptyState
        icon={<SearchOutlined />}
        title={kind === null ? t("search.not_understood") : t("search.none", { what: t(`as.${kind}`) })}
        text={t("search.how")}
        action={<Button onClick={() => state.set({ q: null })}>{t("search.clear")}</Button>}
      />
    );
  }
  return (
    <>
      <p className="mb-understood" role="status">
        {kind === null ? null : <strong>{t("search.understood", { what: t(`as.${kind}`) })}</strong>}
        <span>{t("search.found", { n: formatCount(items.length) })}</span>
      </p>
      <MemberTable rows={items} total={items.length} stale={search.isPlaceholderData} />
    </>
  );
}

function WholeList({ state, list }: { state: ListState; list: ReturnType<typeof useMemberList> }) {
  const t = useTexts("members");
  if (list.data === undefined) {
    if (list.error) return <ErrorState error={list.error} retry={() => void list.refetch()} />;
    return <SkeletonTable rows={12} columns={6} />;
  }
  const rows = rowsOf(list.data);
  if (rows.length === 0) return <NoMembers filtered={state.active.length > 0} clear={() => clearFilters(state)} />;
  return (
    <>
      <MemberTable
        rows={rows}
        total={list.data.pages[0]?.total}
        stale={list.isPlaceholderData}
        more={
          list.hasNextPage ? { load: () => void list.fetchNextPage(), loading: list.isFetchingNextPage } : undefined
        }
      />
      {list.hasNextPage ? null : <p className="mb-end ht-note">{t("list.end", { n: formatCount(rows.length) })}</p>}
    </>
  );
}

const clearFilters = (state: ListState): void =>
  state.set({ segment_id: null, rfm: null, tag: null, joined: null, store: null });

function NoMembers({ filtered, clear }: { filtered: boolean; clear: () => void }) {
  const t = useTexts("members");
  if (filtered) {
    return (
      <EmptyState
        title={t("list.none_title")}
        text={t("list.none_text")}
        action={<Button onClick={clear}>{t("filter.clear")}</Button>}
      />
    );
  }
  return (
    <EmptyState
      title={t("list.empty_title")}
      text={t("list.empty_text")}
      action={
        <>
          <Link className="mb-button" to="/data/imports">
            {t("list.empty_import")}
          </Link>
          <Link className="mb-button" to="/data/sources">
            {t("list.empty_source")}
          </Link>
        </>
      }
    />
  );
}

function ActiveFilters({ state }: { state: ListState }) {
  const t = useTexts("members");
  return (
    <div className="mb-filters" role="group" aria-label={t("filter.label")}>
      {state.active.map(({ key, value }) => (
        <FilterChip key={key} filter={key} value={value} remove={() => state.set({ [key]: null })} />
      ))}
      {state.active.length > 1 ? (
        <Button type="link" size="small" onClick={() => clearFilters(state)}>
          {t("filter.clear")}
        </Button>
      ) : null}
    </div>
  );
}

interface TagNames {
  readonly zh: string;
  readonly en: string;
  readonly values?: readonly { readonly value: string; readonly zh: string; readonly en: string }[];
}

/** The filter in words: names are fetched, codes are never shown where a name exists. */
function FilterChip({ filter, value, remove }: { filter: FilterKey; value: string; remove: () => void }) {
  const t = useTexts("members");
  const [tagKey = "", tagValue = ""] = value.split(/:(.*)/s);
  const segment = useQuery({
    queryKey: ["segment", value],
    enabled: filter === "segment_id",
    queryFn: () => api.get<{ name: string }>(`/api/segments/${encodeURIComponent(value)}`),
  });
  const tag = useQuery({
    queryKey: ["tag", tagKey],
    enabled: filter === "tag",
    queryFn: () => api.get<TagNames>(`/api/tags/${encodeURIComponent(tagKey)}`),
  });
  const stores = useQuery({
    queryKey: ["metrics", "stores", null],
    enabled: filter === "store",
    queryFn: () =>
      api.get<{ rows: readonly { store_code: string; store_name: string | null }[] }>("/api/metrics/stores"),
  });
  const option = tag.data?.values?.find((candidate) => candidate.value === tagValue);
  const [from = "", to = ""] = value.split("..");
  const names: Readonly<Record<FilterKey, () => string>> = {
    segment_id: () => t("filter.segment", { name: segment.data?.name ?? value }),
    rfm: () => t("filter.rfm", { name: value }),
    tag: () =>
      t("filter.tag", {
        tag: tag.data ? pick(tag.data.zh, tag.data.en) : tagKey,
        value: option ? pick(option.zh, option.en) : tagValue,
      }),
    joined: () =>
      from === to
        ? t("filter.joined_on", { day: formatDay(from) })
        : t("filter.joined", { from: formatDay(from), to: formatDay(to) }),
    store: () =>
      t("filter.store", { name: stores.data?.rows.find((row) => row.store_code === value)?.store_name ?? value }),
  };
  const name = names[filter]();
  return (
    <span className="mb-filter">
      {name}
      <button type="button" aria-label={t("filter.remove", { name })} onClick={remove}>
        <CloseOutlined aria-hidden="true" />
      </button>
    </span>
  );
}
