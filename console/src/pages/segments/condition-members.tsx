import Button from "antd/es/button";
import { Link } from "react-router";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { rowsOf } from "../members/member-data.ts";
import { MemberTable } from "../members/member-table.tsx";
import { treeLink } from "./model/seeds.ts";
import type { TreeNode } from "./model/vocabulary.ts";
import { useConditionMembers } from "./overlap-data.ts";

interface ConditionMembersProps {
  readonly title: string;
  readonly count: number;
  readonly condition: TreeNode;
  readonly onClose: () => void;
}

/** The members behind a number, and the way to keep them as a segment. */
export function ConditionMembers({ title, count, condition, onClose }: ConditionMembersProps) {
  const t = useTexts("segments");
  const shared = useTexts();
  const list = useConditionMembers(condition);
  const rows = rowsOf(list.data);
  return (
    <Card
      title={title}
      note={t("overlap.members", { n: formatCount(count) })}
      flush
      id="behind"
      extra={
        <>
          <Link className="ht-button ht-button-primary" to={treeLink(condition)}>
            {t("overlap.as_segment")}
          </Link>
          <Button onClick={onClose}>{shared("act.close")}</Button>
        </>
      }
    >
      {list.data === undefined && list.error ? (
        <ErrorState small error={list.error} retry={() => void list.refetch()} />
      ) : null}
      {list.data === undefined && !list.error ? <SkeletonTable rows={5} columns={6} /> : null}
      {list.data !== undefined && rows.length === 0 ? <EmptyState small title={t("overlap.nobody")} /> : null}
      {rows.length > 0 ? (
        <MemberTable
          rows={rows}
          total={count}
          label={title}
          more={
            list.hasNextPage ? { load: () => void list.fetchNextPage(), loading: list.isFetchingNextPage } : undefined
          }
        />
      ) : null}
    </Card>
  );
}
