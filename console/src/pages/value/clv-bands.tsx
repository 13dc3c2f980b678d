import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useSession } from "../../api/session.ts";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Count, Money, Ratio } from "../../parts/figures.tsx";
import { TextField } from "../../parts/form.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card } from "../../parts/page-header.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { formatMoney } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { seedLink } from "../segments/model/seeds.ts";
import type { Clv } from "./value-data.ts";

type Row = Clv["bands"][number];

function columnsOf(clv: Clv, t: Translate): readonly Column<Row>[] {
  const total = clv.bands.reduce((sum, band) => sum + band.clv_minor, 0);
  const { high_minor, middle_minor } = clv.borders;
  const rangeOf = ({ band }: Row): string => {
    if (band === "high") return t("map.or_more", { v: formatMoney(high_minor, clv.currency) });
    if (band === "low") return t("clv.below", { v: formatMoney(middle_minor, clv.currency) });
    return t("map.range", { from: formatMoney(middle_minor, clv.currency), to: formatMoney(high_minor, clv.currency) });
  };
  return [
    { key: "band", title: t("clv.band"), render: (row) => <strong>{t(`clv.band_${row.band}`)}</strong> },
    { key: "range", title: t("clv.borders"), hide: "phone", render: rangeOf },
    {
      key: "members",
      title: t("table.members"),
      numeric: true,
      render: (row) => <Count value={row.members} to={`?band=${row.band}`} label={t(`clv.band_${row.band}`)} />,
    },
    {
      key: "share",
      title: t("table.share"),
      numeric: true,
      render: (row) => <Ratio value={row.members / clv.population} />,
    },
    {
      key: "clv",
      title: t("clv.sum"),
      numeric: true,
      render: (row) => <Money minor={row.clv_minor} currency={clv.currency} />,
    },
    {
      key: "part",
      title: t("clv.sum_share"),
      numeric: true,
      hide: "phone",
      render: (row) => <Ratio value={total === 0 ? 0 : row.clv_minor / total} />,
    },
    {
      key: "expected",
      title: t("clv.expected"),
      numeric: true,
      hide: "tablet",
      render: (row) => <Money minor={row.expected_value_minor} currency={clv.currency} />,
    },
    {
      key: "save",
      title: "",
      hide: "phone",
      render: (row) => <Link to={seedLink({ tag: `clv_band:${row.band}` })}>{t("behind.save")}</Link>,
    },
  ];
}

/** The three bands with their borders, which a person may set as a further version. */
export function BandsCard({ clv }: { clv: Clv }) {
  const t = useTexts("value");
  const session = useSession();
  const [open, setOpen] = useState(false);
  const [job, setJob] = useState<string>();
  const client = useQueryClient();
  const mayManage = session?.permissions.includes("value.manage") ?? false;
  return (
    <Card
      title={t("clv.bands")}
      note={t("clv.bands_note")}
      flush
      extra={mayManage ? <Button onClick={() => setOpen(true)}>{t("clv.change")}</Button> : null}
    >
      {job === undefined ? null : (
        <JobProgress
          jobId={job}
          label={t("clv.computing")}
          onOver={() => {
            setJob(undefined);
            void client.invalidateQueries({ queryKey: ["clv"] });
          }}
        />
      )}
      <DataTable label={t("clv.bands")} columns={columnsOf(clv, t)} rows={clv.bands} rowKey={(row) => row.band} />
      {open ? <BordersDialog clv={clv} onClose={() => setOpen(false)} onStarted={setJob} /> : null}
    </Card>
  );
}

interface BordersDialogProps {
  readonly clv: Clv;
  readonly onClose: () => void;
  readonly onStarted: (job: string) => void;
}

function BordersDialog({ clv, onClose, onStarted }: BordersDialogProps) {
  const t = useTexts("value");
  const [high, setHigh] = useState(String(clv.borders.high_minor / 100));
  const [middle, setMiddle] = useState(String(clv.borders.middle_minor / 100));
  const minor = (text: string) => Math.round(Number(text) * 100);
  const wrong = !(minor(high) > 0 && minor(middle) >= 0 && minor(middle) <= minor(high));
  const save = useMutation({
    mutationFn: () =>
      api.post<{ job_id: string }>("/api/clv/versions", { high_minor: minor(high), middle_minor: minor(middle) }),
    onSuccess: (answer) => {
      onStarted(answer.job_id);
      onClose();
    },
  });
  return (
    <Dialog
      open
      title={t("clv.change")}
      onClose={onClose}
      footer={
        <Button type="primary" disabled={wrong} loading={save.isPending} onClick={() => save.mutate()}>
          {t("what_if.save")}
        </Button>
      }
    >
      <TextField label={t("clv.high_from")} type="number" value={high} onChange={setHigh} />
      <TextField
        label={t("clv.middle_from")}
        type="number"
        value={middle}
        onChange={setMiddle}
        error={wrong ? t("clv.borders_wrong") : null}
        hint={t("clv.change_hint")}
      />
      {save.error ? <p role="alert">{errorSentence(save.error, t("clv.offline"))}</p> : null}
    </Dialog>
  );
}
