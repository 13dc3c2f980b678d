import { DownloadOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useEffect } from "react";
import { useSearchParams } from "react-router";
import { withQuery } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Choices } from "../../parts/chips.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { addTexts, currentLanguage, useTexts } from "../../texts/texts.ts";
import { ApprovalItem } from "./approval-item.tsx";
import { type Approval, type Tab, useForMe, usePages } from "./approvals-data.ts";
import "./approvals.css";
import en from "./en.json";
import zh from "./zh.json";

addTexts("approvals", { zh, en });

/** Acts that wait for a colleague. "?tab=mine&id=12" opens one of them. */
export function ApprovalsPage() {
  const t = useTexts("approvals");
  const decides = useCan("approvals.decide");
  const [params, setParams] = useSearchParams();
  const tabs: readonly Tab[] = decides ? ["for_me", "mine", "history"] : ["mine"];
  const tab = tabs.find((one) => one === params.get("tab")) ?? tabs[0] ?? "mine";
  const forMe = useForMe(decides);
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={t("note")}
        actions={
          decides && tab === "history" ? (
            <a
              className="ht-button"
              download
              href={withQuery("/api/approvals/history.xlsx", { language: currentLanguage() })}
            >
              <DownloadOutlined aria-hidden="true" /> {t("export")}
            </a>
          ) : undefined
        }
      />
      <Card flush>
        <div className="ht-approvals-tabs">
          <Choices
            label={t("title")}
            value={tab}
            items={tabs.map((key) => ({
              key,
              label: t(`tab.${key}`),
              count: key === "for_me" ? forMe.data?.items.length : undefined,
            }))}
            onChange={(next) => setParams({ tab: next })}
          />
        </div>
        {tab === "for_me" ? (
          <Loaded query={forMe} skeleton={<SkeletonTable columns={2} />}>
            {({ items }) => <List items={items} tab={tab} marked={params.get("id")} />}
          </Loaded>
        ) : (
          <Paged key={tab} tab={tab} marked={params.get("id")} />
        )}
      </Card>
    </div>
  );
}

function Paged({ tab, marked }: { tab: "mine" | "history"; marked: string | null }) {
  const t = useTexts("approvals");
  const query = usePages(tab, true);
  return (
    <Loaded query={query} skeleton={<SkeletonTable columns={2} />}>
      {({ pages }) => (
        <>
          <List items={pages.flatMap((page) => page.items)} tab={tab} marked={marked} />
          {query.hasNextPage ? (
            <div className="ht-approvals-more">
              <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t("shared:act.more")}
              </Button>
            </div>
          ) : null}
        </>
      )}
    </Loaded>
  );
}

function List({ items, tab, marked }: { items: readonly Approval[]; tab: Tab; marked: string | null }) {
  const t = useTexts("approvals");
  useEffect(() => {
    if (marked !== null) document.getElementById(`approval-${marked}`)?.scrollIntoView({ block: "center" });
  }, [marked]);
  if (items.length === 0) return <EmptyState title={t(`empty.${tab}`)} text={t(`empty.${tab}_text`)} />;
  return (
    <ul className="ht-approvals">
      {items.map((one) => (
        <ApprovalItem key={one.approval_id} one={one} marked={String(one.approval_id) === marked} />
      ))}
    </ul>
  );
}
