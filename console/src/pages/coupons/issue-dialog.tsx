import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type Batch, type Issuance, useCouponAct } from "./coupons-data.ts";

type Kind = "segment" | "members" | "codes";

interface SegmentRow {
  readonly segment_id: number;
  readonly name: string;
  readonly count: number | null;
}

/** To whom coupons of a batch are issued: a segment, members by number, or codes for whoever gets them. */
export function IssueDialog({ batch, onClose }: { batch: Batch; onClose: () => void }) {
  const t = useTexts("coupons");
  const [kind, setKind] = useState<Kind>("segment");
  const [segment, setSegment] = useState("");
  const [members, setMembers] = useState("");
  const [number, setNumber] = useState("100");
  const [reason, setReason] = useState("");
  const segments = useQuery({
    queryKey: ["coupons", "segments"],
    queryFn: ({ signal }) => api.get<{ items: readonly SegmentRow[] }>("/api/segments", {}, signal),
  });
  const ids = members
    .split(/\D+/)
    .filter((word) => word !== "")
    .map(Number);
  const audience = {
    segment: { kind, segment_id: Number(segment) },
    members: { kind, member_ids: ids },
    codes: { kind, number: Number(number) },
  }[kind];
  const issue = useCouponAct(
    () => api.post<Issuance>(`/api/coupons/batches/${batch.batch_id}/issuances`, { audience, reason: reason.trim() }),
    { done: t("done.issued"), onDone: onClose },
  );
  const chosen = { segment: segment !== "", members: ids.length > 0, codes: /^[1-9]\d{0,6}$/.test(number) }[kind];
  const left = batch.number - batch.made;
  return (
    <FormDialog
      title={t("act.issue")}
      act={t("act.issue")}
      ready={chosen && reason.trim().length >= 2}
      busy={issue.isPending}
      error={issue.error}
      onClose={onClose}
      onAct={() => issue.mutate(undefined)}
    >
      <p>{t("issue.left", { n: formatCount(left) })}</p>
      <SelectField
        label={t("field.audience")}
        value={kind}
        onChange={(value) => setKind(value as Kind)}
        options={(["segment", "members", "codes"] as const).map((value) => ({ value, label: t(`audience.${value}`) }))}
      />
      {kind === "segment" ? (
        <SelectField
          label={t("audience.segment")}
          value={segment}
          onChange={setSegment}
          hint={t("issue.segment_hint")}
          options={[
            { value: "", label: t("issue.choose") },
            ...(segments.data?.items ?? []).map((one) => ({
              value: String(one.segment_id),
              label: one.count === null ? one.name : `${one.name} · ${formatCount(one.count)}`,
            })),
          ]}
        />
      ) : null}
      {kind === "members" ? (
        <TextField label={t("field.members")} hint={t("field.members_hint")} value={members} onChange={setMembers} />
      ) : null}
      {kind === "codes" ? (
        <TextField label={t("field.codes")} type="number" value={number} onChange={setNumber} />
      ) : null}
      <TextField label={t("shared:act.reason")} hint={t("issue.reason_hint")} value={reason} onChange={setReason} />
    </FormDialog>
  );
}
