import { SaveOutlined } from "@ant-design/icons";
import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { CopyText } from "../../parts/copy-text.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { durationText, Fact, Instant } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { formatBytes, formatCount } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { type Backup, type Backups, type Drill, useBackups } from "./keys-data.ts";
import { KeysFrame } from "./keys-frame.tsx";

const HOUR_MINUTES = 60;
const DAY_MINUTES = 1_440;
const BACK_UP = "huitou backup --to /备份/数据 --keys-to /另一处/密钥";

/** Backups, whether a restore was tried, and the journal of who was erased. */
export function BackupsPage() {
  const t = useTexts("keys");
  const query = useBackups();
  return (
    <KeysFrame
      title={t("backups.title")}
      note={t("backups.note")}
      query={query}
      cards={[
        [t("backups.last"), (data) => <Newest data={data} />],
        [t("backups.drill"), (data) => <NewestDrill data={data} />],
      ]}
    >
      {(data) => (
        <>
          <Card title={t("backups.journal")}>
            <Journal journal={data.journal} />
          </Card>
          <Card flush title={t("backups.history")}>
            <History backups={data.backups} />
          </Card>
          <Card flush title={t("backups.drills")}>
            <Drills drills={data.drills} />
          </Card>
        </>
      )}
    </KeysFrame>
  );
}

function Newest({ data: { backups, age_minutes: age, warn_minutes: warn, alarm_minutes: alarm } }: { data: Backups }) {
  const t = useTexts("keys");
  const [newest] = backups;
  if (newest === undefined || age === null)
    return (
      <div className="ht-stack">
        <StatusDot tone="bad">{t("backups.never")}</StatusDot>
        <p className="ht-note">{t("backups.never_text")}</p>
        <CopyText label={t("backups.make")} text={BACK_UP} />
        <p className="ht-note">{t("backups.apart")}</p>
      </div>
    );
  const word = age >= alarm ? "alarm" : age >= warn ? "warn" : "fresh";
  const tones: Readonly<Record<typeof word, Tone>> = { alarm: "bad", warn: "warn", fresh: "good" };
  return (
    <div className="ht-stack">
      <p className="ht-row">
        <strong>{t("backups.ago", { time: durationText(age * 60, shared(t)) })}</strong>
        <StatusDot tone={tones[word]}>
          {t(`backups.${word}`, { n: (word === "alarm" ? alarm : warn) / HOUR_MINUTES })}
        </StatusDot>
      </p>
      <p className="ht-note">{sizeText(newest, t)}</p>
      <p className="ky-place">
        {t("backups.place")} <span className="ht-code">{newest.place}</span>
      </p>
      <CopyText label={t("backups.make")} text={BACK_UP} />
      <p className="ht-note">{t("backups.apart")}</p>
    </div>
  );
}

type Words = ReturnType<typeof useTexts>;
/** Words of times are shared ones. */
const shared =
  (t: Words): Words =>
  (key, params) =>
    t(`shared:${key}`, params);

function sizeText({ rows, files, bytes }: Backup, t: Words): string {
  return t("backups.size", { rows: formatCount(rows), files: formatCount(files), bytes: formatBytes(bytes) });
}

function checksText({ checks, ok }: Drill, t: Words): string {
  const bad = checks.filter((check) => !check.ok).length;
  return ok ? t("backups.drill_ok", { n: checks.length }) : t("backups.drill_bad", { bad, n: checks.length });
}

function NewestDrill({ data: { backups, drills, drill_age_minutes: age, drill_warn_days: days } }: { data: Backups }) {
  const t = useTexts("keys");
  const [drill] = drills;
  const place = backups[0]?.place ?? "/备份/数据/huitou-…";
  const late = age !== null && age > days * DAY_MINUTES;
  const bad = drill?.checks.filter((check) => !check.ok) ?? [];
  return (
    <div className="ht-stack">
      {drill === undefined ? (
        <StatusDot tone="bad">{t("backups.drill_never")}</StatusDot>
      ) : (
        <>
          <StatusDot tone={drill.ok ? "good" : "bad"}>{checksText(drill, t)}</StatusDot>
          <p className="ht-note">
            <Instant at={drill.at} /> · {t(`backups.kinds.${drill.kind}`)} · {t("backups.took")}{" "}
            {durationText(drill.duration_ms / 1000, shared(t))}
          </p>
          {late ? <StatusDot tone="warn">{t("backups.drill_late", { n: days })}</StatusDot> : null}
          {bad.length === 0 ? null : (
            <ul className="ky-bad">
              {bad.map((check) => (
                <li key={check.name}>{pick(check.zh, check.en) || check.name}</li>
              ))}
            </ul>
          )}
        </>
      )}
      <CopyText
        label={t("backups.try")}
        text={`huitou restore --from ${place} --keys /另一处/密钥/huitou-keys-… --check`}
      />
      <p className="ht-note">{t("backups.drill_never_text")}</p>
    </div>
  );
}

function Journal({ journal }: { journal: Backups["journal"] }) {
  const t = useTexts("keys");
  return (
    <div className="ht-stack">
      <p className="ht-note">{t("backups.journal_text")}</p>
      <dl className="ky-facts">
        <Fact label={t("backups.journal_file")}>
          <span className="ht-code ky-place">{journal.file}</span>
          <StatusDot tone={journal.writable ? "good" : "bad"}>
            {t(journal.writable ? "backups.journal_ok" : "backups.journal_bad")}
          </StatusDot>
        </Fact>
        <Fact label={t("backups.journal_entries")}>
          {t("backups.journal_entries_n", { n: formatCount(journal.entries) })}
        </Fact>
        <Fact label={t("backups.journal_newest")}>
          <Instant at={journal.newest_at} />
        </Fact>
      </dl>
    </div>
  );
}

const seconds = (from: string, to: string) => (new Date(to).getTime() - new Date(from).getTime()) / 1000;

function History({ backups }: { backups: readonly Backup[] }) {
  const t = useTexts("keys");
  return (
    <DataTable
      label={t("backups.history")}
      rows={backups}
      rowKey={(row) => row.backup_id}
      empty={
        <EmptyState
          small
          icon={<SaveOutlined />}
          title={t("backups.history_none")}
          text={t("backups.history_none_text")}
        />
      }
      columns={[
        { key: "at", title: t("backups.at"), render: (row) => <Instant at={row.snapshot_at} /> },
        {
          key: "took",
          title: t("backups.took"),
          numeric: true,
          hide: "phone",
          render: (row) => durationText(seconds(row.snapshot_at, row.finished_at), shared(t)),
        },
        {
          key: "rows",
          title: t("backups.rows"),
          numeric: true,
          hide: "phone",
          render: (row) => <span className="ht-figure">{formatCount(row.rows)}</span>,
        },
        {
          key: "bytes",
          title: t("backups.bytes"),
          numeric: true,
          render: (row) => <span className="ht-figure">{formatBytes(row.bytes)}</span>,
        },
        {
          key: "place",
          title: t("backups.place"),
          wrap: true,
          render: (row) => <span className="ht-code ky-place">{row.place}</span>,
        },
      ]}
    />
  );
}

function Drills({ drills }: { drills: readonly Drill[] }) {
  const t = useTexts("keys");
  return (
    <DataTable
      label={t("backups.drills")}
      rows={drills}
      rowKey={(row) => row.drill_id}
      rowTone={(row) => (row.ok ? undefined : "bad")}
      empty={<EmptyState small title={t("backups.drills_none")} text={t("backups.drill_never_text")} />}
      columns={[
        { key: "at", title: t("backups.when"), render: (row) => <Instant at={row.at} /> },
        { key: "kind", title: t("backups.kind"), hide: "phone", render: (row) => t(`backups.kinds.${row.kind}`) },
        {
          key: "took",
          title: t("backups.took"),
          numeric: true,
          hide: "phone",
          render: (row) => durationText(row.duration_ms / 1000, shared(t)),
        },
        {
          key: "result",
          title: t("backups.result"),
          render: (row) => (
            <span className="ht-cell-two">
              <StatusDot tone={row.ok ? "good" : "bad"}>{t(row.ok ? "backups.passed" : "backups.failed")}</StatusDot>
              <small>{checksText(row, t)}</small>
            </span>
          ),
        },
      ]}
    />
  );
}
