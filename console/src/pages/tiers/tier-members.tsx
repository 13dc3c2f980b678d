import { CloseOutlined } from "@ant-design/icons";
import { useEffect, useRef } from "react";
import { Link, useSearchParams } from "react-router";
import { DataTable } from "../../parts/data-table.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, ErrorState, SkeletonTable } from "../../parts/states.tsx";
import { pick, type Translate } from "../../texts/texts.ts";
import { rowsOf, useMemberPages } from "../members/member-data.ts";
import { treeLink } from "../segments/model/seeds.ts";
import { columnsOf, type List } from "./tier-columns.tsx";
import type { ListedMember, Overview } from "./tier-data.ts";

const LISTS: readonly string[] = ["tier", "near", "fall", "moved"];

const integer = (value: number) => ({ node: "integer", value });
const text = (value: string) => ({ node: "text", value });
const own = (column: string) => ({ node: "profile", relation: "member_tier", column });
const compare = (left: unknown, operator: string, right: unknown) => ({ node: "compare", operator, left, right });

/** The list as a condition over member_tier, where it is one: moves are history. */
function conditionOf(list: List, tier: string | null, within: number): unknown {
  const parts: unknown[] = [];
  if (list === "tier" && tier !== null) parts.push(compare(own("tier"), "=", text(tier)));
  if (list === "near") {
    if (tier !== null) parts.push(compare(own("next_tier"), "=", text(tier)));
    parts.push(compare(own("to_next_minor"), ">", integer(0)), compare(own("to_next_minor"), "<=", integer(within)));
  }
  if (list === "fall") {
    if (tier !== null) parts.push(compare(own("tier"), "=", text(tier)));
    parts.push(compare(own("to_keep_minor"), ">", integer(0)));
  }
  return { node: "and", parts };
}

/** The members behind a number of the page, with what the number said of each. */
export function TierMembers({ data, t }: { data: Overview; t: Translate }) {
  const [params] = useSearchParams();
  const top = useRef<HTMLDivElement>(null);
  const asked = params.get("list") ?? "tier";
  const list = (LISTS.includes(asked) ? asked : "tier") as List;
  const tier = params.get("tier");
  const direction = params.get("direction");
  const query: Record<string, string | undefined> = {
    list,
    tier: tier ?? undefined,
    within: list === "near" ? String(data.near.within) : undefined,
    direction: list === "moved" ? (direction ?? undefined) : undefined,
  };
  const pages = useMemberPages(["tiers", "members", query], "/api/tiers/members", query);
  const chosen = JSON.stringify(query);
  useEffect(() => {
    if (chosen !== "") top.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [chosen]);
  const rows = rowsOf(pages.data) as readonly ListedMember[];
  const title = titleOf(data, list, tier, direction, t);
  return (
    <div ref={top} className="tr-behind">
      <Card
        title={title}
        note={t(`list.${list}_note`)}
        flush
        extra={
          <>
            {list === "moved" ? null : (
              <Link className="tr-save" to={treeLink(conditionOf(list, tier, data.near.within))}>
                {t("list.save")}
              </Link>
            )}
            <Link to="?" preventScrollReset aria-label={t("list.close")} title={t("list.close")} className="tr-close">
              <CloseOutlined aria-hidden="true" />
            </Link>
          </>
        }
      >
        {pages.data === undefined && pages.error ? (
          <ErrorState small error={pages.error} retry={() => void pages.refetch()} />
        ) : null}
        {pages.data === undefined && !pages.error ? <SkeletonTable rows={5} columns={5} /> : null}
        {pages.data === undefined ? null : (
          <DataTable
            label={title}
            columns={columnsOf(data, list, t)}
            rows={rows}
            rowKey={(row) => row.member_id}
            empty={<EmptyState small title={t("list.empty")} />}
            more={
              pages.hasNextPage
                ? { load: () => void pages.fetchNextPage(), loading: pages.isFetchingNextPage }
                : undefined
            }
          />
        )}
      </Card>
    </div>
  );
}

function titleOf(data: Overview, list: List, tier: string | null, direction: string | null, t: Translate): string {
  const found = data.tiers.find((row) => row.tier === tier);
  const name = found === undefined ? "" : pick(found.zh, found.en);
  if (list === "moved") return direction === "down" ? t("list.moved_down") : t("list.moved_up");
  return t(`list.${list}`, { name });
}
