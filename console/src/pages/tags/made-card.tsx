import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { RelativeTime } from "../../parts/figures.tsx";
import { TextField } from "../../parts/form.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card } from "../../parts/page-header.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { type Kept, type MadeTagDetail, useMadeTag } from "./custom-data.ts";

/** What concerns only tags that people make: its computation, changing, archiving, export, versions. */
export function MadeCard({ tagKey, t }: { tagKey: string; t: Translate }) {
  const [params, setParams] = useSearchParams();
  const client = useQueryClient();
  const made = useMadeTag(tagKey);
  const job = params.get("job");
  const over = () => {
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        next.delete("job");
        return next;
      },
      { replace: true },
    );
    void client.invalidateQueries({ queryKey: ["tag", tagKey] });
    void client.invalidateQueries({ queryKey: ["tags"] });
  };
  return (
    <Card title={t("made.title")} extra={made.data === undefined ? undefined : <Acts made={made.data} t={t} />}>
      {job === null ? null : <JobProgress jobId={job} label={t("made.computing")} onOver={over} />}
      <ol className="tm-versions">
        {made.data?.versions.map((one) => (
          <li key={one.version}>
            <strong>{t("made.version", { n: one.version })}</strong> {t(`made.act_${one.act}`)}
            <span className="ht-note">
              {one.person_name ?? "—"} · <RelativeTime at={one.made_at} />
            </span>
            {one.reason === "" ? null : <span className="ht-note">{one.reason}</span>}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Acts({ made, t }: { made: MadeTagDetail; t: Translate }) {
  const may = useCan("tags.manage");
  const [asking, setAsking] = useState(false);
  return (
    <>
      <a
        className="tm-link"
        href={`/api/tags/export?key=${encodeURIComponent(made.key)}`}
        download={`${made.key}.json`}
      >
        {t("made.export")}
      </a>
      {may ? (
        <>
          <Link className="tm-link" to={`/tags/${encodeURIComponent(made.key)}/edit`}>
            {t("made.edit")}
          </Link>
          <Button size="small" onClick={() => setAsking(true)}>
            {t("made.archive")}
          </Button>
          <ArchiveDialog made={made} open={asking} onClose={() => setAsking(false)} t={t} />
        </>
      ) : null}
    </>
  );
}

interface ArchiveDialogProps {
  readonly made: MadeTagDetail;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly t: Translate;
}

function ArchiveDialog({ made, open, onClose, t }: ArchiveDialogProps) {
  const shared = useTexts();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const archive = useMutation({
    mutationFn: () => api.post<Kept>(`/api/tags/custom/${made.key}/archive`, { reason }),
    onSuccess: async () => {
      say(t("made.archived", { name: made.zh }));
      onClose();
      await client.invalidateQueries({ queryKey: ["tags"] });
      await client.invalidateQueries({ queryKey: ["tag", made.key] });
    },
    onError: (error) => sayError(error, shared("state.offline")),
  });
  return (
    <Dialog
      open={open}
      title={t("made.archive_title", { name: pick(made.zh, made.en) })}
      onClose={onClose}
      footer={
        <Button
          type="primary"
          danger
          disabled={made.uses.length > 0}
          loading={archive.isPending}
          onClick={() => archive.mutate()}
        >
          {t("made.archive")}
        </Button>
      }
    >
      {made.uses.length === 0 ? (
        <>
          <p className="ht-note">{t("made.archive_text")}</p>
          <TextField label={t("make.reason")} value={reason} required={false} onChange={setReason} />
        </>
      ) : (
        <>
          <p>{t("made.in_use")}</p>
          <ul className="tm-plan">
            {made.uses.map((use) => (
              <li key={`${use.kind} ${use.id}`}>
                <Link to={`/${use.kind}s/${use.id}`}>{pick(use.zh, use.en)}</Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
