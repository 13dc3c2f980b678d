import { NodeIndexOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { RelativeTime } from "../../parts/figures.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type Evidence, type Join, useDecision, useJoins } from "./identities-data.ts";

export function EvidenceChips({ evidence }: { evidence: readonly Evidence[] }) {
  const t = useTexts("identities");
  return (
    <span className="ht-evidence">
      {evidence.map((one) => (
        <Chip key={`${one.kind}-${one.masked}`}>
          {t(`identity.${one.kind}`, { defaultValue: one.kind })} {one.masked}
        </Chip>
      ))}
    </span>
  );
}

/** Asks why a join is taken back, and does it. */
function TakeBack({ join, onClose }: { join: Join; onClose: () => void }) {
  const t = useTexts("identities");
  const undo = useDecision(
    ({ id, reason }: { id: number; reason: string }) => api.post(`/api/joins/${id}/undo`, { reason }),
    "undo_done",
  );
  return (
    <ReasonDialog
      title={t("undo_title")}
      text={t("undo_text")}
      hint={t("reason_hint")}
      act={t("undo_act")}
      busy={undo.isPending}
      onClose={onClose}
      onAct={(reason) => undo.mutate({ id: join.join_id, reason }, { onSuccess: onClose })}
    />
  );
}

export function Joins() {
  const t = useTexts("identities");
  const query = useJoins();
  const may = useCan("members.manage");
  const [asked, setAsked] = useState<Join | null>(null);
  return (
    <Loaded query={query} skeleton={<SkeletonTable columns={5} />}>
      {(data) => (
        <>
          <DataTable
            label={t("tabs.joins")}
            rows={data.pages.flatMap((page) => page.items)}
            rowKey={(row) => row.join_id}
            rowTone={(row) => (row.undone_at ? "quiet" : undefined)}
            empty={<EmptyState icon={<NodeIndexOutlined />} title={t("joins_empty")} text={t("joins_empty_text")} />}
            more={
              query.hasNextPage
                ? { load: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
                : undefined
            }
            columns={[
              { key: "when", title: t("when"), render: (row) => <RelativeTime at={row.at} /> },
              {
                key: "member",
                title: t("member"),
                wrap: true,
                render: (row) => (
                  <span className="ht-cell-two">
                    <Link to={`/members/${row.member_id}`}>{t("someone", { id: row.member_id })}</Link>
                    <small>{sidesText(row, t)}</small>
                  </span>
                ),
              },
              {
                key: "rule",
                title: t("rule"),
                wrap: true,
                render: (row) => (
                  <span className="ht-join-why">
                    {pick(row.rule_zh, row.rule_en) || t("rule_other")}
                    <EvidenceChips evidence={row.evidence ?? []} />
                  </span>
                ),
              },
              {
                key: "act",
                title: t("state"),
                numeric: true,
                render: (row) => <JoinState join={row} may={may} onAsk={() => setAsked(row)} />,
              },
            ]}
          />
          {asked ? <TakeBack join={asked} onClose={() => setAsked(null)} /> : null}
        </>
      )}
    </Loaded>
  );
}

/** "会员卡 ****5890 ＋ 设备 ck-7…312b": what was put together. */
function sidesText(join: Join, t: Translate): string {
  return (join.parties ?? [])
    .map((side) => `${t(`identity.${side.kind}`, { defaultValue: side.kind })} ${side.masked}`)
    .join(" ＋ ");
}

function JoinState({ join, may, onAsk }: { join: Join; may: boolean; onAsk: () => void }) {
  const t = useTexts("identities");
  if (join.undone_at) return <Chip>{t("undone")}</Chip>;
  if (!join.undoable) return <span className="ht-none">{t("fixed")}</span>;
  if (!may) return <Chip tone="good">{t("joined")}</Chip>;
  return (
    <Button size="small" onClick={onAsk}>
      {t("undo")}
    </Button>
  );
}
