import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Chip, StatusDot, type Tone } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { Sparkline } from "../../parts/sparkline.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { type IndicatorView, useTrustAct, valueText, type Watched, word } from "./trust-data.ts";

const TONES: Readonly<Record<string, Tone>> = { fine: "good", warn: "warn", alarm: "bad" };

function Value({ indicator }: { indicator: IndicatorView }) {
  const t = useTexts("trust-risks");
  if (!indicator.enabled) return <StatusDot tone="neutral">{t("off")}</StatusDot>;
  if (indicator.failure !== null) return <StatusDot tone="bad">{t("unreadable")}</StatusDot>;
  if (indicator.level === null) return <StatusDot tone="neutral">{t("no_reading")}</StatusDot>;
  return (
    <StatusDot tone={TONES[indicator.level] ?? "neutral"}>
      <span className="ht-figure">{valueText(indicator.value, indicator.unit, t)}</span>
    </StatusDot>
  );
}

function Proof({ indicator }: { indicator: IndicatorView }) {
  const t = useTexts("trust-risks");
  if (!indicator.enabled) return <span className="ht-none">—</span>;
  if (indicator.proof === null) return <Chip>{t("proof_due")}</Chip>;
  const proved = indicator.proof.proved;
  return (
    <Chip tone={proved ? "good" : "bad"} title={indicator.proof.failure ?? ""}>
      {proved ? t("proved") : t("not_proved")}
    </Chip>
  );
}

function LimitsDialog({ indicator, onClose }: { indicator: IndicatorView; onClose: () => void }) {
  const t = useTexts("trust-risks");
  const percent = indicator.unit === "basis_points";
  const shown = (value: number) => String(percent ? value / 100 : value);
  const read = (text: string) => Math.round(Number(text) * (percent ? 100 : 1));
  const [warn, setWarn] = useState(shown(indicator.warn));
  const [alarm, setAlarm] = useState(shown(indicator.alarm));
  const [enabled, setEnabled] = useState(indicator.enabled ? "on" : "off");
  const [reason, setReason] = useState("");
  const save = useTrustAct(
    () =>
      api.put(`/api/trust/indicators/${indicator.name}/limits`, {
        warn: read(warn),
        alarm: read(alarm),
        enabled: enabled === "on",
        reason,
      }),
    onClose,
  );
  const wrong = !Number.isFinite(Number(warn)) || !Number.isFinite(Number(alarm)) || reason.trim().length < 2;
  return (
    <Dialog
      open
      title={t("limits_of", { name: word(indicator) })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button type="primary" loading={save.isPending} disabled={wrong} onClick={() => save.mutate(undefined)}>
            {t("shared:act.save")}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        <p className="ht-note">{word(indicator.how)}</p>
        <div className="ht-row">
          <TextField
            label={t("warn_limit", { unit: t(`unit_name.${indicator.unit}`) })}
            type="number"
            value={warn}
            onChange={setWarn}
          />
          <TextField
            label={t("alarm_limit", { unit: t(`unit_name.${indicator.unit}`) })}
            type="number"
            value={alarm}
            onChange={setAlarm}
          />
          <SelectField
            label={t("watching_title")}
            value={enabled}
            onChange={setEnabled}
            options={[
              { value: "on", label: t("on") },
              { value: "off", label: t("off") },
            ]}
          />
        </div>
        {enabled === "off" ? <p className="ht-form-error">{t("off_warning")}</p> : null}
        <TextField label={t("shared:act.reason")} value={reason} onChange={setReason} />
        <FormError text={save.error ? errorSentence(save.error, t("shared:state.offline")) : null} />
      </div>
    </Dialog>
  );
}

/** What is watched: value, its day, limits, and whether today proved that the alarm works. */
export function IndicatorsTable({ watched }: { watched: Watched }) {
  const t = useTexts("trust-risks");
  const may_move = useCan("trust.manage");
  const [moving, setMoving] = useState<IndicatorView | null>(null);
  return (
    <>
      <DataTable
        label={t("indicators")}
        rows={watched.items}
        rowKey={(one) => one.name}
        columns={[
          {
            key: "name",
            title: t("indicator"),
            wrap: true,
            width: "34%",
            render: (one) => (
              <span className="ht-cell-two">
                <Link to={one.link}>{word(one)}</Link>
                <small>{word(one.how)}</small>
              </span>
            ),
          },
          { key: "value", title: t("value"), render: (one) => <Value indicator={one} /> },
          {
            key: "day",
            title: t("last_day"),
            hide: "phone",
            width: "150px",
            render: (one) => (
              <Sparkline
                series={one.series.map(({ value }) => value)}
                label={t("series", { name: word(one), value: valueText(one.value, one.unit, t) })}
                height={28}
              />
            ),
          },
          {
            key: "limits",
            title: t("limits"),
            hide: "phone",
            render: (one) => (
              <span title={one.moved === null ? "" : t("moved", { name: one.moved.person, reason: one.moved.reason })}>
                {one.direction === "above" ? "≥" : "≤"} {valueText(one.warn, one.unit, t)} ·{" "}
                {valueText(one.alarm, one.unit, t)}
                {one.moved === null ? "" : " *"}
              </span>
            ),
          },
          { key: "proof", title: t("proof"), render: (one) => <Proof indicator={one} /> },
          {
            key: "act",
            title: <span className="ht-hidden">{t("move_limits")}</span>,
            hide: "tablet",
            render: (one) =>
              may_move ? (
                <Button size="small" onClick={() => setMoving(one)}>
                  {t("move_limits")}
                </Button>
              ) : null,
          },
        ]}
      />
      {moving === null ? null : <LimitsDialog key={moving.name} indicator={moving} onClose={() => setMoving(null)} />}
    </>
  );
}
