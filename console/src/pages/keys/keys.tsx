import { KeyOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { useCan } from "../../api/session.ts";
import { StatusDot, type Tone } from "../../parts/chips.tsx";
import { CopyText } from "../../parts/copy-text.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Fact, Instant } from "../../parts/figures.tsx";
import { JobBar, useJob } from "../../parts/job-progress.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { formatCount, formatInstant } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type Keys, type KeyVersion, useKeys, useRotation } from "./keys-data.ts";
import { KeysFrame } from "./keys-frame.tsx";

/** The keys of everything that is sealed: how old, how they are kept, and a new one when it is time. */
export function KeysPage() {
  const t = useTexts("keys");
  const query = useKeys();
  return (
    <KeysFrame
      title={t("title")}
      note={t("note")}
      query={query}
      cards={[
        [t("now"), (keys) => <Current keys={keys} />],
        [t("rotation"), (keys) => <Rotation keys={keys} />],
      ]}
    >
      {(keys) => (
        <>
          <Card flush title={t("versions")}>
            <Versions keys={keys} />
          </Card>
          <p className="ht-note">{t("guide")}</p>
        </>
      )}
    </KeysFrame>
  );
}

function Age({ keys }: { keys: Keys }) {
  const t = useTexts("keys");
  const { age_days, warn_days, alarm_days } = keys;
  const tone: Tone = age_days >= alarm_days ? "bad" : age_days >= warn_days ? "warn" : "good";
  const word = tone === "bad" ? "alarm" : tone;
  return (
    <>
      <span className="ht-row">
        {t("days", { n: formatCount(age_days) })}
        <StatusDot tone={tone}>{t(`age_${word}`, { n: tone === "bad" ? alarm_days : warn_days })}</StatusDot>
      </span>
      <small className="ht-note ky-limit">{t("limit", { warn: warn_days, alarm: alarm_days })}</small>
    </>
  );
}

function Current({ keys }: { keys: Keys }) {
  const t = useTexts("keys");
  return (
    <div className="ht-stack">
      <dl className="ky-facts">
        <Fact label={t("version")}>{t("version_n", { n: keys.current_version })}</Fact>
        <Fact label={t("age")}>
          <Age keys={keys} />
        </Fact>
        <Fact label={t("suite")}>{t(`suites.${keys.suite}`, { defaultValue: keys.suite })}</Fact>
        <Fact label={t("index_suite")}>
          {t(`index_suites.${keys.index_suite}`, { defaultValue: keys.index_suite })}
        </Fact>
        <Fact label={t("provider")}>{t(`providers.${keys.provider}`, { defaultValue: keys.provider })}</Fact>
        <Fact label={t("kek")}>
          <span className="ht-code">{keys.kek_id}</span>
        </Fact>
      </dl>
      {keys.provider === "file" ? (
        <>
          <p className="ht-note">{t("file_text")}</p>
          <CopyText label={t("provider")} text="openssl rand -base64 32   # HUITOU_MASTER_KEY=…" />
        </>
      ) : null}
    </div>
  );
}

function Rotation({ keys }: { keys: Keys }) {
  const t = useTexts("keys");
  const may = useCan("keys.manage");
  const mayJobs = useCan("jobs.read");
  const [sure, setSure] = useState(false);
  const ask = useRotation(() => setSure(false));
  const job = useJob(mayJobs ? keys.job_id : null).data;
  const newest = keys.versions.at(-1);
  const left = newest?.left_values ?? 0;
  if (keys.job_id !== null)
    return (
      <>
        <JobBar job={job} label={t("rotating")} leave={t("shared:job.leave")} />
        <p className="ht-note">{t("rotation_how")}</p>
      </>
    );
  return (
    <div className="ht-stack">
      <p>{left > 0 ? t("rotation_left", { n: newest?.version, left: formatCount(left) }) : t("rotation_rest")}</p>
      {may ? (
        <div className="ht-actions">
          {left > 0 ? (
            <Button type="primary" loading={ask.isPending} onClick={() => ask.mutate("continue")}>
              {t("continue")}
            </Button>
          ) : (
            <Button type="primary" disabled={newest === undefined} onClick={() => setSure(true)}>
              {t("rotate")}
            </Button>
          )}
        </div>
      ) : (
        <p className="ht-note">{t("may_not")}</p>
      )}
      <p className="ht-note">{t("command")}</p>
      <CopyText label={t("command")} text={left > 0 ? "huitou keys continue" : "huitou keys rotate --background"} />
      <Dialog
        open={sure}
        title={t("rotate_title")}
        onClose={() => setSure(false)}
        footer={
          <>
            <Button onClick={() => setSure(false)}>{t("shared:act.cancel")}</Button>
            <Button type="primary" loading={ask.isPending} onClick={() => ask.mutate("rotate")}>
              {t("rotate")}
            </Button>
          </>
        }
      >
        <p>{t("rotate_text", { n: keys.current_version + 1 })}</p>
      </Dialog>
    </div>
  );
}

function State({ of: row, current }: { of: KeyVersion; current: number }) {
  const t = useTexts("keys");
  const at = (instant: string) => formatInstant(instant, { day: true });
  if (row.destroyed_at !== null)
    return <StatusDot tone="neutral">{t("states.destroyed", { at: at(row.destroyed_at) })}</StatusDot>;
  if (row.version === current) return <StatusDot tone="good">{t("states.current")}</StatusDot>;
  if (row.emptied_at !== null)
    return <StatusDot tone="info">{t("states.unused", { at: at(row.emptied_at) })}</StatusDot>;
  return <StatusDot tone="warn">{t("states.leaving")}</StatusDot>;
}

function Versions({ keys }: { keys: Keys }) {
  const t = useTexts("keys");
  return (
    <DataTable
      label={t("versions")}
      rows={[...keys.versions].reverse()}
      rowKey={(row) => row.version}
      rowTone={(row) => (row.destroyed_at === null ? undefined : "quiet")}
      empty={<EmptyState small icon={<KeyOutlined />} title={t("none")} text={t("none_text")} />}
      columns={[
        { key: "version", title: t("version"), render: (row) => t("version_n", { n: row.version }) },
        { key: "made", title: t("made"), render: (row) => <Instant at={row.made_at} /> },
        {
          key: "left",
          title: t("left"),
          numeric: true,
          render: (row) =>
            row.left_values === null ? (
              <span className="ht-none">—</span>
            ) : (
              <span className="ht-cell-two">
                <span className="ht-figure">
                  {t("left_of", { left: formatCount(row.left_values), total: formatCount(row.total_values ?? 0) })}
                </span>
                {row.unreadable_values === 0 ? null : (
                  <small>{t("unreadable", { n: formatCount(row.unreadable_values) })}</small>
                )}
              </span>
            ),
        },
        { key: "state", title: t("state"), render: (row) => <State of={row} current={keys.current_version} /> },
      ]}
    />
  );
}
