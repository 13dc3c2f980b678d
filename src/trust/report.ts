import { brandName } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import { timeText, valueText } from "./alert-text.ts";
import { addNote, incidentById, type IncidentRow, type Severity } from "./incident-store.ts";
import { indicatorsOf } from "./indicators.ts";
import { AUTHORITY_HOURS } from "./report-clock.ts";

export type ReportKind = "authority" | "members";

/** What each form asks for, in its order. */
export const REPORT_FIELDS: Readonly<Record<ReportKind, readonly { key: string; zh: string; en: string }[]>> = {
  authority: [
    { key: "organisation", zh: "单位名称", en: "Organisation" },
    { key: "system", zh: "涉事系统", en: "System concerned" },
    { key: "happened_at", zh: "发生时间", en: "When it happened" },
    { key: "found_at", zh: "发现时间", en: "When it was found" },
    { key: "place", zh: "发生地点", en: "Where" },
    { key: "kind", zh: "事件类型", en: "Kind of incident" },
    { key: "grade", zh: "事件级别", en: "Grade" },
    { key: "impact", zh: "影响和危害", en: "Effect and harm" },
    { key: "measures", zh: "已采取的措施与效果", en: "Measures taken, and what they did" },
    { key: "trend", zh: "事态发展趋势", en: "How it may go on" },
    { key: "cause", zh: "初步原因分析", en: "Cause as far as known" },
    { key: "next", zh: "拟进一步采取的措施", en: "What will be done next" },
    { key: "evidence", zh: "现场保护情况", en: "How evidence is kept" },
    { key: "contact", zh: "报告人与联系方式", en: "Who reports, and how to reach them" },
  ],
  members: [
    {
      key: "what",
      zh: "发生了什么（信息种类、原因、可能的危害）",
      en: "What happened (which data, why, possible harm)",
    },
    { key: "measures", zh: "我们已采取的补救措施", en: "What we did about it" },
    { key: "advice", zh: "您可以怎样减轻危害", en: "What you can do" },
    { key: "contact", zh: "联系方式", en: "How to reach us" },
    { key: "count", zh: "告知人数", en: "How many were told" },
    { key: "who", zh: "告知对象（分群名称或条件）", en: "Who was told (a segment or condition)" },
    { key: "way", zh: "告知方式", en: "How they were told" },
  ],
};

const SEVERITY_ZH: Readonly<Record<Severity, string>> = {
  general: "一般",
  serious: "较大",
  major: "重大",
  grave: "特别重大",
};

export interface ReportRow {
  readonly incident_id: number;
  readonly kind: ReportKind;
  readonly started_at: Date;
  readonly due_at: Date | null;
  readonly fields: Readonly<Record<string, string>>;
  readonly changed_at: Date;
  readonly submitted_at: Date | null;
  readonly submitted_by: number | null;
}

const COLUMNS = "incident_id, kind, started_at, due_at, fields, changed_at, submitted_at, submitted_by";

export function reportsOf(tx: Tx, incident_id: number): Promise<ReportRow[]> {
  return tx.query(`select ${COLUMNS} from trust.report where incident_id = $1 order by kind`, [incident_id]);
}

/** @throws trust.report_not_started */
export async function reportOf(tx: Tx, incident_id: number, kind: ReportKind): Promise<ReportRow> {
  const row = await tx.one<ReportRow>(`select ${COLUMNS} from trust.report where incident_id = $1 and kind = $2`, [
    incident_id,
    kind,
  ]);
  if (row === undefined) throw problem("trust.report_not_started", { incident_id });
  return row;
}

/** Starts both clocks once, with what the incident itself tells. The law gives the notice no hours: it is due at once. */
export async function startReports(
  tx: Tx,
  ground: Ground,
  incident: IncidentRow,
  severity: Severity,
  person_id: number,
): Promise<void> {
  const now = ground.wall.now();
  const due = new Date(now.getTime() + AUTHORITY_HOURS * 3_600_000);
  const filled = await filledFields(tx, ground, incident, severity);
  for (const kind of ["authority", "members"] as const)
    await tx.query(
      `insert into trust.report (incident_id, kind, started_at, due_at, fields, changed_by, changed_at) values ($1, $2, $3, $4, $5, $6, $3)
       on conflict do nothing`,
      [incident.incident_id, kind, now, kind === "authority" ? due : null, JSON.stringify(filled[kind]), person_id],
    );
}

async function filledFields(
  tx: Tx,
  ground: Ground,
  incident: IncidentRow,
  severity: Severity,
): Promise<Record<ReportKind, Record<string, string>>> {
  const { timezone } = ground.config;
  const indicator = indicatorsOf(ground).find(({ name }) => name === incident.indicator);
  const brand = await brandName(tx);
  const about = incident.label === "" ? "" : `（${incident.label}）`;
  const worst = valueText(incident.worst_value, indicator?.unit ?? "count");
  return {
    authority: {
      organisation: brand,
      system: "会员运营平台（Huitou 回头）",
      happened_at: timeText(incident.opened_at, timezone),
      found_at: timeText(incident.opened_at, timezone),
      kind: `${indicator?.zh ?? incident.indicator}${about}`,
      grade: SEVERITY_ZH[severity],
      impact: `监测值最高 ${worst}。`,
      measures:
        incident.acknowledged_at === null
          ? ""
          : `${timeText(incident.acknowledged_at, timezone)} 已由值班人员确认处置。`,
    },
    members: { contact: brand },
  };
}

const FIELD_LETTERS_MAX = 4_000;

/** @throws trust.report_not_started, trust.report_submitted, trust.report_field */
export async function saveReport(
  tx: Tx,
  ground: Ground,
  wanted: { incident_id: number; kind: ReportKind; fields: Readonly<Record<string, string>>; person_id: number },
): Promise<void> {
  const report = await reportOf(tx, wanted.incident_id, wanted.kind);
  if (report.submitted_at !== null) throw problem("trust.report_submitted", { incident_id: wanted.incident_id });
  const known = new Set(REPORT_FIELDS[wanted.kind].map(({ key }) => key));
  const wrong = Object.entries(wanted.fields).find(([key, text]) => !known.has(key) || text.length > FIELD_LETTERS_MAX);
  if (wrong !== undefined) throw problem("trust.report_field", { field: wrong[0], limit: FIELD_LETTERS_MAX });
  await tx.query(
    "update trust.report set fields = fields || $3, changed_by = $4, changed_at = $5 where incident_id = $1 and kind = $2",
    [wanted.incident_id, wanted.kind, JSON.stringify(wanted.fields), wanted.person_id, ground.wall.now()],
  );
}

/** Notes that it was handed in; it cannot be changed any more. @throws trust.report_incomplete */
export async function submitReport(
  tx: Tx,
  ground: Ground,
  wanted: { incident_id: number; kind: ReportKind; person_id: number },
): Promise<void> {
  const report = await reportOf(tx, wanted.incident_id, wanted.kind);
  if (report.submitted_at !== null) throw problem("trust.report_submitted", { incident_id: wanted.incident_id });
  const empty = REPORT_FIELDS[wanted.kind].filter(({ key }) => (report.fields[key] ?? "").trim() === "");
  if (empty.length > 0)
    throw problem("trust.report_incomplete", {
      fields_zh: empty.map(({ zh }) => zh).join("、"),
      fields_en: empty.map(({ en }) => en).join(", "),
    });
  const now = ground.wall.now();
  await tx.query("update trust.report set submitted_at = $3, submitted_by = $4 where incident_id = $1 and kind = $2", [
    wanted.incident_id,
    wanted.kind,
    now,
    wanted.person_id,
  ]);
  await incidentById(tx, wanted.incident_id);
  await addNote(tx, wanted.incident_id, { at: now, person_id: wanted.person_id, what: "report", text: wanted.kind });
}
