import { useInfiniteQuery } from "@tanstack/react-query";
import Button from "antd/es/button";
import Input from "antd/es/input";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { useAddress } from "../../parts/address.ts";
import { Chip, Choices } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Instant } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { KEY, useMessageAct } from "./messages-data.ts";
import "./messages.css";
import "./texts.ts";

const CHOICES = ["", "open", "withdrawn", "kept", "nobody"] as const;
type Choice = (typeof CHOICES)[number];

interface Reply {
  readonly reply_id: number;
  readonly effect: "withdrawn" | "nobody" | "kept";
  readonly word: string | null;
  readonly text: string | null;
  readonly members: readonly {
    readonly member_id: number;
    readonly name_masked: string | null;
    readonly phone_masked: string | null;
  }[];
  readonly at: string;
  readonly answered_at: string | null;
  readonly answered_by_name: string | null;
}

function useReplies(filter: Readonly<Record<string, string>>) {
  return useInfiniteQuery({
    queryKey: [...KEY, "replies", filter],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ signal, pageParam }) =>
      api.get<{ items: readonly Reply[]; next_cursor: number | null }>(
        "/api/messages/replies",
        { ...filter, cursor: pageParam },
        signal,
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

const columns = (t: Translate): readonly Column<Reply>[] => [
  { key: "at", title: t("reply.at"), hide: "phone", render: (row) => <Instant at={row.at} /> },
  {
    key: "member",
    title: t("reply.from"),
    wrap: true,
    render: ({ members }) =>
      members.length === 0 ? (
        <span className="ht-note">{t("reply.unknown")}</span>
      ) : (
        members.map(({ member_id, name_masked, phone_masked }) => (
          <span className="ht-cell-two" key={member_id}>
            <Link to={`/members/${member_id}`}>{name_masked ?? `#${member_id}`}</Link>
            <small>{phone_masked ?? `#${member_id}`}</small>
          </span>
        ))
      ),
  },
  {
    key: "said",
    title: t("reply.said"),
    wrap: true,
    render: (row) => (
      <div className="ms-reply">
        <span>
          {row.word === null ? (row.text ?? <i className="ht-note">{t("reply.sealed")}</i>) : <b>{row.word}</b>}
        </span>
        <span className="ms-reply-effect">
          <Effect row={row} t={t} />
          <Answer row={row} />
        </span>
      </div>
    ),
  },
];

/** What the reply did, and whether it still waits for somebody. */
function Effect({ row, t }: { readonly row: Reply; readonly t: Translate }) {
  const { effect, answered_at, answered_by_name } = row;
  if (effect === "withdrawn") return <Chip tone="warn">{t("reply.withdrawn", { n: row.members.length })}</Chip>;
  if (effect === "nobody") return <Chip>{t("reply.nobody")}</Chip>;
  if (answered_at === null) return <Chip tone="accent">{t("reply.open")}</Chip>;
  return (
    <span className="ht-cell-two">
      <span>{t("reply.answered")}</span>
      <small>
        {answered_by_name ?? ""} <Instant at={answered_at} />
      </small>
    </span>
  );
}

function Answer({ row }: { readonly row: Reply }) {
  const t = useTexts("messages");
  const may = useCan("channels.manage");
  const answered = row.answered_at === null;
  const act = useMessageAct(() => api.put("/api/messages/replies/answered", { reply_id: row.reply_id, answered }), {
    done: t(answered ? "reply.noted" : "reply.reopened"),
  });
  if (!may || row.effect !== "kept") return null;
  return (
    <Button size="small" loading={act.isPending} onClick={() => act.mutate(undefined)}>
      {t(answered ? "reply.mark" : "reply.reopen")}
    </Button>
  );
}

/** What members answered to SMS: what withdrew consent, what still waits for an answer. */
export function RepliesPage() {
  const t = useTexts("messages");
  const { params, of, set } = useAddress();
  // a whole number of somebody is kept out of the address bar
  const [phone, setPhone] = useState("");
  const choice = (CHOICES.find((one) => one === params.get("effect")) ?? "") as Choice;
  const member_id = of("member_id");
  const filter = Object.entries({ effect: choice, member_id, phone }).filter(([, value]) => value !== "");
  const query = useReplies(Object.fromEntries(filter));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="ht-page">
      <PageHeader title={t("reply.title")} note={t("reply.note")} />
      <Card flush>
        <div className="ms-filters">
          <Choices
            label={t("reply.effect")}
            value={choice}
            onChange={(next) => set({ effect: next })}
            items={CHOICES.map((key) => ({ key, label: t(key === "" ? "all" : `reply.choice.${key}`) }))}
          />
          <Input.Search
            className="ms-phone"
            aria-label={t("reply.phone")}
            placeholder={t("reply.phone")}
            allowClear
            onSearch={(text) => setPhone(text.trim())}
          />
          {member_id === "" ? null : (
            <Button size="small" onClick={() => set({ member_id: "" })}>
              {t("log.only_member_id", { n: member_id })} ✕
            </Button>
          )}
        </div>
      </Card>
      <Card flush>
        <Loaded query={query} skeleton={<SkeletonTable columns={5} />}>
          {() => (
            <DataTable
              label={t("reply.title")}
              columns={columns(t)}
              rows={rows}
              rowKey={(row) => row.reply_id}
              empty={<EmptyState title={t("reply.empty")} text={t("reply.empty_text")} />}
              more={
                query.hasNextPage
                  ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
                  : undefined
              }
            />
          )}
        </Loaded>
      </Card>
    </div>
  );
}
