import Button from "antd/es/button";
import { useState } from "react";
import { useSession } from "../../api/session.ts";
import { Chip, StatusDot, type Tone } from "../../parts/chips.tsx";
import { Instant, RelativeTime } from "../../parts/figures.tsx";
import { listText } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { DecideDialog } from "./decide-dialog.tsx";
import { type Approval, type ApprovalState, useExecute, useWithdraw } from "./approvals-data.ts";

const TONES: Readonly<Record<ApprovalState, Tone>> = {
  waiting: "warn",
  approved: "accent",
  done: "good",
  refused: "bad",
  withdrawn: "neutral",
  expired: "neutral",
};

/** One request: what will happen in words, who asked and why, where it stands, and the next step. */
export function ApprovalItem({ one, marked }: { one: Approval; marked: boolean }) {
  const t = useTexts("approvals");
  return (
    <li className="ht-approval" id={`approval-${one.approval_id}`} data-marked={marked}>
      <div className="ht-approval-text">
        <p className="ht-approval-words">
          <span className="ht-note">#{one.approval_id}</span> {pick(one.words_zh, one.words_en)}
        </p>
        <p>
          <span className="ht-note">{t("reason")}</span> {one.reason}
        </p>
        <p className="ht-note">
          {t("asked_by", { name: one.requester })} <RelativeTime at={one.asked_at} real />
          <Standing one={one} />
        </p>
      </div>
      <div className="ht-approval-side">
        <StatusDot tone={TONES[one.state]}>{t(`state.${one.state}`)}</StatusDot>
        {one.alone ? <Chip tone="warn">{t("alone")}</Chip> : null}
        <Acts one={one} />
      </div>
    </li>
  );
}

function Standing({ one }: { one: Approval }) {
  const t = useTexts("approvals");
  if (one.state === "waiting")
    return (
      <>
        {" · "}
        {one.may_alone ? t("nobody_else") : t("waiting_for", { names: listText(one.waiting_for) })}
        {" · "}
        {t("until")} <Instant at={one.expires_at} />
      </>
    );
  return (
    <>
      {one.approver === null || one.decided_at === null ? null : (
        <>
          {" · "}
          {t("decided_by", { name: one.approver })} <RelativeTime at={one.decided_at} real />
          {one.comment === null ? null : <q>{one.comment}</q>}
        </>
      )}
      {one.state === "approved" ? (
        <>
          {" · "}
          {t("carry_out_until")} <Instant at={one.expires_at} />
        </>
      ) : null}
    </>
  );
}

function Acts({ one }: { one: Approval }) {
  const t = useTexts("approvals");
  const session = useSession();
  const mine = session?.person?.id === one.requester_id;
  const mayDecide = session?.permissions.includes("approvals.decide") === true && (!mine || one.may_alone);
  const [asked, setAsked] = useState<"approved" | "refused" | null>(null);
  const withdraw = useWithdraw();
  const execute = useExecute();
  if (one.state === "approved" && mine)
    return (
      <Button type="primary" loading={execute.isPending} onClick={() => execute.mutate(one.approval_id)}>
        {t("execute")}
      </Button>
    );
  if (one.state !== "waiting") return null;
  return (
    <div className="ht-actions">
      {mine ? (
        <Button loading={withdraw.isPending} onClick={() => withdraw.mutate(one.approval_id)}>
          {t("withdraw")}
        </Button>
      ) : null}
      {mayDecide ? (
        <>
          <Button onClick={() => setAsked("refused")}>{t("refuse")}</Button>
          <Button type="primary" onClick={() => setAsked("approved")}>
            {t("approve")}
          </Button>
        </>
      ) : null}
      {asked === null ? null : <DecideDialog one={one} decision={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}
