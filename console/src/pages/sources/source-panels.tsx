import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { type Source, SOURCES_KEY } from "../../api/sources.ts";
import { Bar } from "../../parts/bar.tsx";
import { CopyText } from "../../parts/copy-text.tsx";
import { DayBars, type DayRow } from "../../parts/day-bars.tsx";
import { durationText, Fact, Ratio } from "../../parts/figures.tsx";
import { TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { say, sayError } from "../../parts/toast.tsx";
import { businessDay } from "../../texts/business-time.ts";
import { formatBytes, formatCount, formatRatio } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { isGuided, snippetsFor } from "./snippets.ts";
import { useFieldNames } from "./field-names.ts";
import { worldNow } from "../../texts/world-time.ts";

const FIELDS_SHOWN = 12;
const DAYS_SHOWN = 30;
const DAY_MS = 86_400_000;

/** The last thirty business days, oldest first; a day without records is a zero, not a gap. */
function withEveryDay(days: readonly DayRow[]): readonly DayRow[] {
  const byDay = new Map(days.map((row) => [row.day, row]));
  const today = Date.parse(`${businessDay(new Date(worldNow()))}T00:00:00Z`);
  return Array.from({ length: DAYS_SHOWN }, (_, back) => {
    const day = new Date(today - (DAYS_SHOWN - 1 - back) * DAY_MS).toISOString().slice(0, 10);
    return byDay.get(day) ?? { day };
  });
}

/** Records per business day over thirty days. */
export function VolumePanel({ source }: { source: Source }) {
  const t = useTexts("sources");
  const query = useQuery({
    queryKey: ["source-volume", source.source_id],
    queryFn: ({ signal }) =>
      api.get<{ days: readonly DayRow[] }>(`/api/sources/${source.source_id}/volume`, { days: DAYS_SHOWN }, signal),
  });
  return (
    <Card title={t("volume")} note={t("volume_note")}>
      <Loaded query={query} small skeleton={<SkeletonBlock height={214} />}>
        {(data) =>
          data.days.every((row) => !row["accepted"] && !row["duplicate"] && !row["rejected"]) ? (
            <EmptyState small title={t("volume_none")} />
          ) : (
            <DayBars
              label={t("volume")}
              days={withEveryDay(data.days)}
              series={[
                { key: "accepted", label: t("accepted"), tone: "accent" },
                { key: "duplicate", label: t("duplicate"), tone: "quiet" },
                { key: "rejected", label: t("rejected"), tone: "bad" },
              ]}
            />
          )
        }
      </Loaded>
    </Card>
  );
}

export function CompletenessPanel({ source }: { source: Source }) {
  const t = useTexts("sources");
  const nameOf = useFieldNames();
  const [all, setAll] = useState(false);
  const shown = all ? source.completeness : source.completeness.slice(0, FIELDS_SHOWN);
  return (
    <Card title={t("completeness")} note={t("completeness_note")}>
      {source.completeness.length === 0 ? (
        <p className="ht-note">{t("completeness_none")}</p>
      ) : (
        <ul className="ht-fill-list">
          {shown.map((one) => {
            const name = nameOf(one.field);
            return (
              <li key={one.field}>
                <span>{name}</span>
                <Bar part={one.filled_ratio} label={`${name} ${formatRatio(one.filled_ratio)}`} />
                <Ratio value={one.filled_ratio} />
              </li>
            );
          })}
        </ul>
      )}
      {shown.length < source.completeness.length ? (
        <Button size="small" onClick={() => setAll(true)}>
          {t("more_fields", { n: source.completeness.length })}
        </Button>
      ) : null}
    </Card>
  );
}

export function HowPanel({ source }: { source: Source }) {
  const t = useTexts("sources");
  if (!isGuided(source.kind)) return null;
  return (
    <Card title={t("how")} note={t(`kind.${source.kind}`)}>
      <div className="ht-stack">
        {snippetsFor(source.kind, t("your_key"), source.key).map((snippet) => (
          <div key={snippet.title}>
            <h3>{snippet.title}</h3>
            <CopyText text={snippet.code} label={snippet.title} />
          </div>
        ))}
      </div>
    </Card>
  );
}

interface Limits {
  readonly rate_per_second_max: string;
  readonly expected_every_seconds: string;
}

/** Changes a source and refreshes what is shown of it. */
export function useChangeSource(source: Source) {
  const t = useTexts("sources");
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Readonly<Record<string, unknown>>) => api.patch(`/api/sources/${source.source_id}`, change),
    onSuccess: () => {
      say(t("saved"));
      return client.invalidateQueries({ queryKey: SOURCES_KEY });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}

function LimitsForm({ source, onDone }: { source: Source; onDone: () => void }) {
  const t = useTexts("sources");
  const change = useChangeSource(source);
  const [limits, setLimits] = useState<Limits>({
    rate_per_second_max: String(source.rate_per_second_max),
    expected_every_seconds: String(source.expected_every_seconds ?? 0),
  });
  const save = () => {
    const every = Number(limits.expected_every_seconds);
    change.mutate(
      { rate_per_second_max: Number(limits.rate_per_second_max), expected_every_seconds: every === 0 ? null : every },
      { onSuccess: onDone },
    );
  };
  return (
    <div className="ht-stack">
      <TextField
        label={t("rate")}
        type="number"
        value={limits.rate_per_second_max}
        onChange={(value) => setLimits({ ...limits, rate_per_second_max: value })}
      />
      <TextField
        label={`${t("every")} (${t("seconds")})`}
        type="number"
        hint={t("every_hint")}
        value={limits.expected_every_seconds}
        onChange={(value) => setLimits({ ...limits, expected_every_seconds: value })}
      />
      <div className="ht-actions">
        <Button type="primary" loading={change.isPending} onClick={save}>
          {t("shared:act.save")}
        </Button>
        <Button onClick={onDone}>{t("shared:act.cancel")}</Button>
      </div>
    </div>
  );
}

export function LimitsPanel({ source }: { source: Source }) {
  const t = useTexts("sources");
  const shared = useTexts();
  const may = useCan("data.manage");
  const [editing, setEditing] = useState(false);
  const every = source.expected_every_seconds;
  return (
    <Card
      title={t("settings")}
      extra={
        may && !editing ? (
          <Button size="small" onClick={() => setEditing(true)}>
            {t("shared:act.edit")}
          </Button>
        ) : undefined
      }
    >
      {editing ? (
        <LimitsForm source={source} onDone={() => setEditing(false)} />
      ) : (
        <>
          <dl className="ht-facts">
            <Fact label={t("rate")}>{formatCount(source.rate_per_second_max)}</Fact>
            <Fact label={t("event_bytes")}>{formatBytes(source.event_bytes_max)}</Fact>
            <Fact label={t("batch_bytes")}>{formatBytes(source.batch_bytes_max)}</Fact>
            <Fact label={t("every")}>{every === null ? t("every_none") : durationText(every, shared)}</Fact>
          </dl>
          <p className="ht-note ht-source-note">{t("settings_note")}</p>
        </>
      )}
    </Card>
  );
}
