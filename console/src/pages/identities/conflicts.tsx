import { CheckCircleOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { RelativeTime } from "../../parts/figures.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { EmptyState, Loaded, SkeletonText } from "../../parts/states.tsx";
import { formatCount, formatDay } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { type Conflict, type ConflictMember, useConflicts, useDecision } from "./identities-data.ts";
import { EvidenceChips } from "./joins.tsx";

type Decision = "join" | "keep_apart";

function Person({ member }: { member: ConflictMember }) {
  const t = useTexts("identities");
  const facts = [
    member.orders === undefined ? "" : t("orders", { n: formatCount(member.orders) }),
    member.joined_at ? `${t("since")} ${formatDay(member.joined_at)}` : "",
  ].filter(Boolean);
  return (
    <div className="ht-conflict-person">
      <Link to={`/members/${member.member_id}`}>{member.name_masked || t("someone", { id: member.member_id })}</Link>
      <span className="ht-figure">{member.phone_masked}</span>
      <small className="ht-note">{facts.join(" · ")}</small>
    </div>
  );
}

function ConflictRow({ conflict, onAsk }: { conflict: Conflict; onAsk: (decision: Decision) => void }) {
  const t = useTexts("identities");
  const may = useCan("members.manage");
  return (
    <li className="ht-conflict">
      <div className="ht-conflict-head">
        <h3>{pick(conflict.conflict_zh, conflict.conflict_en)}</h3>
        <span className="ht-note">
          <RelativeTime at={conflict.found_at} />
        </span>
        <EvidenceChips evidence={conflict.evidence ?? []} />
      </div>
      <div className="ht-conflict-people">
        {(conflict.members ?? []).map((member) => (
          <Person key={member.member_id} member={member} />
        ))}
      </div>
      {may ? (
        <div className="ht-actions">
          <Button onClick={() => onAsk("join")}>{t("join_them")}</Button>
          <Button onClick={() => onAsk("keep_apart")}>{t("keep_apart")}</Button>
        </div>
      ) : null}
    </li>
  );
}

function items(data: { readonly pages: readonly { readonly items: readonly Conflict[] }[] }): readonly Conflict[] {
  return data.pages.flatMap((page) => page.items);
}

/** Pairs whose evidence contradicts itself: a person decides, with a reason. */
export function Conflicts() {
  const t = useTexts("identities");
  const query = useConflicts();
  const [asked, setAsked] = useState<{ id: number; decision: Decision } | null>(null);
  const resolve = useDecision(
    (input: { id: number; decision: Decision; reason: string }) =>
      api.post(`/api/identity-conflicts/${input.id}/resolve`, { decision: input.decision, reason: input.reason }),
    "resolved",
  );
  return (
    <Loaded query={query} skeleton={<SkeletonText lines={8} />}>
      {(data) => (
        <>
          {items(data).length === 0 ? (
            <EmptyState icon={<CheckCircleOutlined />} title={t("conflicts_empty")} text={t("conflicts_empty_text")} />
          ) : null}
          <ul className="ht-conflicts">
            {items(data).map((conflict) => (
              <ConflictRow
                key={conflict.conflict_id}
                conflict={conflict}
                onAsk={(decision) => setAsked({ id: conflict.conflict_id, decision })}
              />
            ))}
          </ul>
          {query.hasNextPage ? (
            <div className="ht-table-more">
              <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t("shared:act.more")}
              </Button>
            </div>
          ) : null}
          {asked ? (
            <ReasonDialog
              title={t(`resolve_${asked.decision}`)}
              text={t(`resolve_${asked.decision}_text`)}
              hint={t("reason_hint")}
              act={t(asked.decision === "join" ? "join_them" : "keep_apart")}
              busy={resolve.isPending}
              onClose={() => setAsked(null)}
              onAct={(reason) => resolve.mutate({ ...asked, reason }, { onSuccess: () => setAsked(null) })}
            />
          ) : null}
        </>
      )}
    </Loaded>
  );
}
