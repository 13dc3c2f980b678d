import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useId, useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Card } from "../../parts/page-header.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { formatDay } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type JoinItem, memberKey } from "./member-data.ts";

/** Every join that made this member, with its reason, and the way back. */
export function Joins({ joins, memberId }: { joins: readonly JoinItem[]; memberId: string }) {
  const t = useTexts("members");
  const may = useCan("members.manage");
  const [asked, setAsked] = useState<JoinItem | null>(null);
  return (
    <Card title={t("join.title")} note={joins.length > 0 ? t("join.note", { n: joins.length }) : undefined}>
      {joins.length === 0 ? <p className="ht-note">{t("join.none")}</p> : null}
      <ul className="pf-list">
        {joins.map((join) => (
          <Join key={join.join_id} join={join} t={t} takeBack={may ? () => setAsked(join) : null} />
        ))}
      </ul>
      <TakeBack join={asked} memberId={memberId} onClose={() => setAsked(null)} />
    </Card>
  );
}

function joinSentence(join: JoinItem, t: Translate): string {
  const n = join.parties.length;
  const rule = pick(join.rule_zh, join.rule_en);
  return n > 1 ? t("join.by", { rule, n }) : t("join.by_two", { rule });
}

function Join({ join, t, takeBack }: { join: JoinItem; t: Translate; takeBack: (() => void) | null }) {
  return (
    <li className={join.undone_at === null ? undefined : "pf-out"}>
      <div className="pf-line">
        <span className="pf-value">{joinSentence(join, t)}</span>
        {join.undone_at === null && join.undoable && takeBack !== null ? (
          <Button size="small" onClick={takeBack}>
            {t("join.take_back")}
          </Button>
        ) : null}
      </div>
      <p className="ht-note">
        {formatDay(join.at)}
        {join.undone_at === null ? null : ` · ${t("join.undone", { day: formatDay(join.undone_at) })}`}
        {join.undone_at === null && !join.undoable ? ` · ${t("join.not_undoable")}` : null}
      </p>
      <details className="pf-more">
        <summary>{t("join.why")}</summary>
        <ul>
          {join.evidence.map((one) => (
            <li key={`${one.kind}${one.masked}`}>{t("join.same", { kind: t(`as.${one.kind}`), value: one.masked })}</li>
          ))}
          {join.parties.map((party) => (
            <li key={`${party.kind}${party.masked}`}>
              {t("join.record", { kind: t(`as.${party.kind}`), value: party.masked })}
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

interface TakeBackProps {
  readonly join: JoinItem | null;
  readonly memberId: string;
  readonly onClose: () => void;
}

/** Asks for the reason before the join is taken back: it is written to the audit. */
function TakeBack({ join, memberId, onClose }: TakeBackProps) {
  const t = useTexts("members");
  const shared = useTexts();
  const client = useQueryClient();
  const id = useId();
  const [reason, setReason] = useState("");
  const undo = useMutation({
    mutationFn: () => api.post(`/api/joins/${join?.join_id}/undo`, { reason: reason.trim() }),
    onSuccess: async () => {
      say(t("join.done"));
      setReason("");
      onClose();
      await client.invalidateQueries({ queryKey: memberKey(memberId) });
      await client.invalidateQueries({ queryKey: ["members"] });
    },
    onError: (error) => sayError(error, shared("state.offline")),
  });
  return (
    <Dialog
      open={join !== null}
      title={t("join.take_back")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{shared("act.cancel")}</Button>
          <Button
            type="primary"
            danger
            disabled={reason.trim() === ""}
            loading={undo.isPending}
            onClick={() => undo.mutate()}
          >
            {t("join.confirm")}
          </Button>
        </>
      }
    >
      <p>{join === null ? null : joinSentence(join, t)}</p>
      <p className="ht-note">{t("join.ask")}</p>
      <label className="pf-reason" htmlFor={id}>
        {t("join.reason")}
      </label>
      <textarea
        id={id}
        className="ht-input"
        value={reason}
        maxLength={500}
        placeholder={t("join.reason_placeholder")}
        onChange={(event) => setReason(event.target.value)}
      />
    </Dialog>
  );
}
