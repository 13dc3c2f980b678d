import Button from "antd/es/button";
import { useState } from "react";
import { useCan } from "../../api/session.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { SelectField } from "../../parts/form.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { DeliveryLog } from "./delivery-log.tsx";
import { EndpointState } from "./endpoint-state.tsx";
import { ReplayForm } from "./replay-form.tsx";
import { type Endpoint, useNewSecret, useRemove, useTest, useTurn } from "./webhooks-data.ts";

interface DialogProps {
  readonly endpoint: Endpoint;
  readonly onClose: () => void;
  readonly onEdit: () => void;
  readonly onSecret: (secret: string) => void;
}

const OVERLAPS = ["0", "1", "24", "72", "168"] as const;

/** One endpoint: how it stands, what was sent, and what can be done about it. */
export function EndpointDialog({ endpoint, onClose, onEdit, onSecret }: DialogProps) {
  const t = useTexts("webhooks");
  const may = useCan("channels.connect");
  const [replaying, setReplaying] = useState(false);
  return (
    <Dialog
      open
      place="side"
      wide
      title={endpoint.name}
      onClose={onClose}
      footer={may ? <Acts endpoint={endpoint} onEdit={onEdit} onReplay={() => setReplaying(true)} /> : undefined}
    >
      <div className="ht-stack">
        <p className="wh-head">
          <EndpointState endpoint={endpoint} /> <span className="ht-code wh-address">{endpoint.address_shown}</span>
        </p>
        {endpoint.failing_since === null ? null : (
          <p className="ht-note">{t("failing_since", { at: formatInstant(endpoint.failing_since) })}</p>
        )}
        {replaying ? <ReplayForm endpoint={endpoint} onDone={() => setReplaying(false)} /> : null}
        <DeliveryLog endpoint_id={endpoint.endpoint_id} may={may} />
        {may ? <Secret endpoint={endpoint} onSecret={onSecret} /> : null}
        {may ? <Remove endpoint={endpoint} onDone={onClose} /> : null}
      </div>
    </Dialog>
  );
}

function Acts({ endpoint, onEdit, onReplay }: { endpoint: Endpoint; onEdit: () => void; onReplay: () => void }) {
  const t = useTexts("webhooks");
  const on = endpoint.state === "on";
  const turn = useTurn(endpoint.endpoint_id, () => say(t("changed")));
  const test = useTest(endpoint.endpoint_id, ({ outcome, status, latency_ms }) => {
    const text = t(`outcomes.${outcome ?? "no_answer"}`);
    if (outcome === "arrived") say(t("test_arrived", { status: status ?? 0, ms: latency_ms ?? 0 }));
    else sayError(new Error(t("test_failed", { text, status: status ?? "—" })), t("shared:state.offline"));
  });
  return (
    <>
      <Button onClick={onEdit}>{t("edit")}</Button>
      <Button disabled={!on} onClick={onReplay}>
        {t("replay")}
      </Button>
      <Button loading={turn.isPending} onClick={() => turn.mutate(!on)}>
        {on ? t("pause") : t("turn_on")}
      </Button>
      <Button type="primary" disabled={!on} loading={test.isPending} onClick={() => test.mutate(undefined)}>
        {t("test")}
      </Button>
    </>
  );
}

function Secret({ endpoint, onSecret }: { endpoint: Endpoint; onSecret: (secret: string) => void }) {
  const t = useTexts("webhooks");
  const [overlap, setOverlap] = useState<string>("24");
  const rotate = useNewSecret(endpoint.endpoint_id, onSecret);
  return (
    <div className="wh-row">
      <SelectField
        label={t("overlap")}
        value={overlap}
        onChange={setOverlap}
        hint={
          endpoint.secret_before_until === null
            ? undefined
            : t("secret_before", { until: formatInstant(endpoint.secret_before_until) })
        }
        options={OVERLAPS.map((hours) => ({
          value: hours,
          label: hours === "0" ? t("overlap_none") : t("overlap_hours", { n: hours }),
        }))}
      />
      <Button loading={rotate.isPending} onClick={() => rotate.mutate(Number(overlap))}>
        {t("rotate")}
      </Button>
    </div>
  );
}

function Remove({ endpoint, onDone }: { endpoint: Endpoint; onDone: () => void }) {
  const t = useTexts("webhooks");
  const [sure, setSure] = useState(false);
  const remove = useRemove(endpoint.endpoint_id, onDone);
  return (
    <div className="wh-row">
      <p className="ht-note">{t("remove_text")}</p>
      <Button
        danger
        type={sure ? "primary" : "default"}
        loading={remove.isPending}
        onClick={() => (sure ? remove.mutate(undefined) : setSure(true))}
      >
        {t(sure ? "remove_sure" : "remove")}
      </Button>
    </div>
  );
}
