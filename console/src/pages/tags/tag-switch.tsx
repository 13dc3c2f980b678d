import { useMutation, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card } from "../../parts/page-header.tsx";
import { sayError } from "../../parts/toast.tsx";
import { type Translate, useTexts } from "../../texts/texts.ts";
import type { TagDetail } from "./tag-data.ts";

/** A tag of private life is computed only when a person wants it; switching computes everyone anew. */
export function TagSwitch({ tag, t }: { tag: TagDetail; t: Translate }) {
  const shared = useTexts();
  const may = useCan("tags.manage");
  const client = useQueryClient();
  const [job, setJob] = useState<string>();
  const change = useMutation({
    mutationFn: () => api.put<{ job_id: string }>(`/api/tags/${tag.key}/enabled`, { enabled: !tag.enabled }),
    onSuccess: async ({ job_id }) => {
      setJob(job_id);
      await client.invalidateQueries({ queryKey: ["tag", tag.key] });
    },
    onError: (error) => sayError(error, shared("state.offline")),
  });
  const button = (
    <Button size="small" loading={change.isPending} disabled={job !== undefined} onClick={() => change.mutate()}>
      {t(tag.enabled ? "switch.turn_off" : "switch.turn_on")}
    </Button>
  );
  return (
    <Card title={t(tag.enabled ? "switch.on" : "switch.off")} extra={may ? button : undefined}>
      <p className="ht-note">{t(tag.enabled ? "switch.on_text" : "switch.off_text")}</p>
      {job === undefined ? null : (
        <JobProgress
          jobId={job}
          label={t("switch.computing")}
          onOver={() => {
            setJob(undefined);
            void client.invalidateQueries({ queryKey: ["tag", tag.key] });
            void client.invalidateQueries({ queryKey: ["tags"] });
          }}
        />
      )}
    </Card>
  );
}
