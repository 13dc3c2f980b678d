import Button from "antd/es/button";
import { useEffect, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useCan } from "../../api/session.ts";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { JobProgress } from "../../parts/job-progress.tsx";
import { Card } from "../../parts/page-header.tsx";
import { usePaused } from "../../parts/paused.ts";
import { Loaded, SkeletonTable } from "../../parts/states.tsx";
import { VersionList } from "../../parts/version-list.tsx";
import { formatCount, formatInstant } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { useAddress } from "../segments/use-address.ts";
import { LostRulesEditor } from "./lost-rules-form.tsx";
import { draftOf, type LostRule, type LostRules, readDraft, useLostRules, writeDraft } from "./lost-rules-data.ts";
import { rulesText } from "./lost-rules-text.ts";
import "./lost-rules.css";

/** The draft is kept in the address, so that a reload or a link shows it again. */
function useDraft() {
  const [params, set] = useAddress();
  const [draft, setDraft] = useState(() => readDraft(params.get("rules")));
  const wanted = usePaused(draft === undefined ? null : writeDraft(draft));
  useEffect(() => set({ rules: wanted }), [wanted, set]);
  return [draft, setDraft] as const;
}

interface Saved {
  readonly version: number;
  readonly job_id: string;
}

/** After how many days members of a category count as lost: read, tried on today's members, changed, and put back. */
export function LostRulesCard() {
  const t = useTexts("value");
  const query = useLostRules();
  const client = useQueryClient();
  const may = useCan("value.manage");
  const [draft, setDraft] = useDraft();
  const [saved, setSaved] = useState<Saved>();
  const edited = may ? draft : undefined;
  const begin = (view: LostRules, rules: readonly LostRule[]) => setDraft(draftOf(rules, view.version));
  return (
    <Card
      id="lost-rules"
      title={t("lost.title")}
      note={t("lost.note")}
      flush
      extra={
        may && edited === undefined && query.data !== undefined ? (
          <Button onClick={() => begin(query.data, query.data.rules)}>{t("lost.change")}</Button>
        ) : null
      }
    >
      {saved === undefined ? null : (
        <div className="lr-job">
          <JobProgress
            jobId={saved.job_id}
            label={t("lost.computing", { n: saved.version })}
            onOver={() => {
              setSaved(undefined);
              void client.invalidateQueries({ queryKey: ["lifecycle"] });
            }}
          />
        </div>
      )}
      <Loaded small query={query} skeleton={<SkeletonTable rows={2} columns={2} />}>
        {(view) => (
          <>
            {edited === undefined ? (
              <RulesTable view={view} t={t} />
            ) : (
              <LostRulesEditor
                view={view}
                draft={edited}
                onDraft={setDraft}
                onClose={() => setDraft(undefined)}
                onSaved={setSaved}
              />
            )}
            <Versions view={view} onRestore={may ? (rules) => begin(view, rules) : undefined} t={t} />
          </>
        )}
      </Loaded>
    </Card>
  );
}

interface Line {
  readonly category: string | null;
  readonly days: number;
}

function RulesTable({ view, t }: { view: LostRules; t: Translate }) {
  const lines: readonly Line[] = [
    ...view.rules.map(({ category, lost_after_days }) => ({ category, days: lost_after_days })),
    { category: null, days: view.default_days },
  ];
  const columns: readonly Column<Line>[] = [
    {
      key: "category",
      title: t("lost.category"),
      render: ({ category }) =>
        category === null ? t(lines.length === 1 ? "lost.all" : "lost.others") : <strong>{category}</strong>,
    },
    {
      key: "days",
      title: t("lost.days"),
      numeric: true,
      render: ({ days }) => t("lost.n_days", { n: formatCount(days) }),
    },
  ];
  return <DataTable label={t("lost.title")} columns={columns} rows={lines} rowKey={({ category }) => category ?? ""} />;
}

interface VersionsProps {
  readonly view: LostRules;
  readonly onRestore: ((rules: readonly LostRule[]) => void) | undefined;
  readonly t: Translate;
}

/** Every version with its author, time and reason; an earlier one is put back by way of the form. */
function Versions({ view, onRestore, t }: VersionsProps) {
  const { version, versions, default_days } = view;
  if (versions.length === 0) return null;
  const shipped = versions.at(-1)?.version === 1 ? [{ version: 0, rules: [], note: t("lost.shipped") }] : [];
  const listed = [
    ...versions.map((one) => ({
      version: one.version,
      rules: one.rules,
      note: [one.person_name ?? "", formatInstant(one.made_at, { day: true }), one.reason ?? ""]
        .filter(Boolean)
        .join(" · "),
    })),
    ...shipped,
  ];
  return (
    <details className="lr-versions">
      <summary>{t("lost.versions", { n: versions.length })}</summary>
      <VersionList
        inForce={version}
        inForceWord={t("lost.in_force")}
        items={listed.map((one) => ({
          version: one.version,
          name: <strong>{one.version === 0 ? t("lost.first") : t("lost.version", { n: one.version })}</strong>,
          note: one.note,
          says: rulesText(one.rules, default_days, t),
          act:
            onRestore === undefined || one.version === version ? undefined : (
              <Button
                size="small"
                aria-label={t("lost.restore_version", { n: one.version })}
                onClick={() => onRestore(one.rules)}
              >
                {t("lost.restore")}
              </Button>
            ),
        }))}
      />
    </details>
  );
}
