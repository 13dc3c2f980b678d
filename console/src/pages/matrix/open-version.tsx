import { UploadOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useRef, useState } from "react";
import { ApiProblem } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { sayError } from "../../parts/toast.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import {
  type MatrixView,
  useApprove,
  useImport,
  useReject,
  useSubmit,
  useWithdraw,
  type Version,
  XLSX,
} from "./matrix-data.ts";

interface Fault {
  readonly cell: string;
  readonly zh: string;
  readonly en: string;
}

/** The version that is being made: what differs, and the next step for whoever is looking. */
export function OpenVersion({ view, open, changes }: { view: MatrixView; open: Version; changes: number }) {
  const t = useTexts("matrix");
  const mayManage = useCan("matrix.manage");
  const submit = useSubmit();
  const withdraw = useWithdraw();
  const draft = open.state === "draft";
  return (
    <div className="ht-matrix-open" role="status">
      <span>
        <strong>{t(draft ? "draft_of" : "submitted_of", { version: open.version, author: open.author })}</strong>{" "}
        {t("differs", { n: changes })} · {open.reason}
      </span>
      <div className="ht-actions">
        {draft ? <Import /> : null}
        {mayManage ? (
          <Button loading={withdraw.isPending} onClick={() => withdraw.mutate(undefined)}>
            {t(draft ? "discard" : "withdraw")}
          </Button>
        ) : null}
        {draft && mayManage ? (
          <Button type="primary" loading={submit.isPending} onClick={() => submit.mutate(undefined)}>
            {t("submit")}
          </Button>
        ) : null}
        {draft ? null : <Decide view={view} version={open.version} />}
      </div>
    </div>
  );
}

function Decide({ view, version }: { view: MatrixView; version: number }) {
  const t = useTexts("matrix");
  const mayApprove = useCan("matrix.approve");
  const approve = useApprove();
  const reject = useReject();
  const [asked, setAsked] = useState<"approve" | "reject" | null>(null);
  const alone = view.mine && view.other_approvers === 0;
  const why = !mayApprove
    ? t("may_not_approve")
    : view.mine && !alone
      ? t("own_version", { n: view.other_approvers })
      : undefined;
  const close = () => setAsked(null);
  return (
    <>
      {why === undefined ? null : <span className="ht-note">{why}</span>}
      <Button disabled={!mayApprove} onClick={() => setAsked("reject")}>
        {t("reject")}
      </Button>
      <Button type="primary" disabled={why !== undefined} onClick={() => setAsked("approve")}>
        {t("approve")}
      </Button>
      {asked === null ? null : (
        <ReasonDialog
          title={t(asked)}
          act={t(asked)}
          text={t(asked === "reject" ? "reject_text" : alone ? "alone_text" : "approve_text", { version })}
          busy={approve.isPending || reject.isPending}
          error={approve.error ?? reject.error}
          danger={asked === "reject"}
          onClose={close}
          onAct={(reason) => (asked === "approve" ? approve : reject).mutate({ version, reason }, { onSuccess: close })}
        />
      )}
    </>
  );
}

/** A file with faults is not taken in parts: each is named by its cell. */
function Import() {
  const t = useTexts("matrix");
  const input = useRef<HTMLInputElement>(null);
  const take = useImport();
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const choose = (file: File | undefined) => {
    if (file === undefined) return;
    take.mutate(file, {
      onError: (error) => {
        const named = error instanceof ApiProblem ? (error.errors as readonly Fault[]) : [];
        if (named.length === 0) sayError(error, t("shared:state.offline"));
        setFaults(named);
      },
    });
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={`.xlsx,${XLSX}`}
        hidden
        aria-label={t("import")}
        onChange={(event) => {
          choose(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Button icon={<UploadOutlined />} loading={take.isPending} onClick={() => input.current?.click()}>
        {t("import")}
      </Button>
      <Dialog open={faults.length > 0} title={t("faults", { n: faults.length })} onClose={() => setFaults([])}>
        <ul>
          {faults.map((fault) => (
            <li key={fault.cell}>
              <code>{fault.cell}</code> {pick(fault.zh, fault.en)}
            </li>
          ))}
        </ul>
      </Dialog>
    </>
  );
}
