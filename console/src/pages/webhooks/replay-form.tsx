import Button from "antd/es/button";
import { useState } from "react";
import { FormError, SelectField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";
import { worldNow } from "../../texts/world-time.ts";
import { type Endpoint, useReplay } from "./webhooks-data.ts";

const HOURS = ["1", "6", "24", "72", "168", "696"] as const;
const HOUR_MS = 3_600_000;

/** Sends the last hours or days again, by when things happened. */
export function ReplayForm({ endpoint, onDone }: { endpoint: Endpoint; onDone: () => void }) {
  const t = useTexts("webhooks");
  const [hours, setHours] = useState<string>("24");
  const [which, setWhich] = useState<string>("failed");
  const replay = useReplay(endpoint.endpoint_id, (deliveries) => {
    say(t("replayed", { n: deliveries }));
    onDone();
  });
  const run = () => {
    const to = worldNow();
    replay.mutate({
      from: new Date(to - Number(hours) * HOUR_MS).toISOString(),
      to: new Date(to).toISOString(),
      failed_only: which === "failed",
    });
  };
  return (
    <div className="wh-row">
      <SelectField
        label={t("replay_since")}
        value={hours}
        onChange={setHours}
        options={HOURS.map((value) => ({
          value,
          label: Number(value) < 24 ? t("last_hours", { n: value }) : t("last_days", { n: Number(value) / 24 }),
        }))}
      />
      <SelectField
        label={t("replay_which")}
        value={which}
        onChange={setWhich}
        options={[
          { value: "failed", label: t("replay_failed") },
          { value: "all", label: t("replay_all") },
        ]}
      />
      <Button type="primary" loading={replay.isPending} onClick={run}>
        {t("replay_start")}
      </Button>
      <Button onClick={onDone}>{t("shared:act.cancel")}</Button>
      <FormError text={replay.error ? errorSentence(replay.error, t("shared:state.offline")) : null} />
    </div>
  );
}
