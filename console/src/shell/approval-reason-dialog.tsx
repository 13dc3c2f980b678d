import { useEffect, useState } from "react";
import { answerReason, type ReasonAsked } from "../api/client.ts";
import { ReasonDialog } from "../parts/reason-dialog.tsx";
import { pick, useTexts } from "../texts/texts.ts";

/** Opens when an act is put to a colleague and says no reason itself; what was asked for goes on by itself afterwards. */
export function ApprovalReasonDialog() {
  const t = useTexts();
  const [asked, setAsked] = useState<(ReasonAsked & { done: (reason: string | undefined) => void }) | null>(null);
  useEffect(() => answerReason((what) => new Promise((done) => setAsked({ ...what, done }))), []);
  if (asked === null) return null;
  const end = (reason: string | undefined) => {
    setAsked(null);
    asked.done(reason);
  };
  return (
    <ReasonDialog
      title={t("approval.title")}
      text={pick(asked.detail_zh, asked.detail)}
      act={t("approval.ask")}
      busy={false}
      onClose={() => end(undefined)}
      onAct={(reason) => end(reason)}
    />
  );
}
