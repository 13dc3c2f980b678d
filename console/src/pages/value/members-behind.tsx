import { CloseOutlined } from "@ant-design/icons";
import { type ReactNode, useEffect, useRef } from "react";
import { Link } from "react-router";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, SkeletonTable } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { rowsOf, useMemberPages } from "../members/member-data.ts";
import { MemberTable } from "../members/member-table.tsx";

interface MembersBehindProps {
  readonly title: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly save?: ReactNode;
}

/** The members behind the number that was chosen, on the same page, so that the picture stays in sight. */
export function MembersBehind({ title, path, query, save }: MembersBehindProps) {
  const t = useTexts("value");
  const top = useRef<HTMLDivElement>(null);
  const list = useMemberPages([path, query], path, query);
  const chosen = JSON.stringify(query);
  useEffect(() => {
    if (chosen !== "") top.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [chosen]);
  const rows = rowsOf(list.data);
  return (
    <div ref={top} className="rf-behind">
      <Card
        title={title}
        flush
        extra={
          <>
            {save}
            <Link
              to="?"
              preventScrollReset
              aria-label={t("behind.close")}
              title={t("behind.close")}
              className="rf-close"
            >
              <CloseOutlined aria-hidden="true" />
            </Link>
          </>
        }
      >
        {list.data === undefined && list.error ? (
          <ErrorState small error={list.error} retry={() => void list.refetch()} />
        ) : null}
        {list.data === undefined && !list.error ? <SkeletonTable rows={5} columns={6} /> : null}
        {list.data !== undefined && rows.length === 0 ? <EmptyState small title={t("behind.empty")} /> : null}
        {rows.length > 0 ? (
          <MemberTable
            rows={rows}
            total={list.data?.pages[0]?.total}
            label={title}
            stale={list.isPlaceholderData}
            more={
              list.hasNextPage ? { load: () => void list.fetchNextPage(), loading: list.isFetchingNextPage } : undefined
            }
          />
        ) : null}
      </Card>
    </div>
  );
}
