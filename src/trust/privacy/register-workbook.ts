import exceljs from "exceljs";
import type { RegisterView } from "./register-view.ts";

type Language = "zh" | "en";
type Words = Readonly<Record<string, readonly [zh: string, en: string]>>;
type Cell = string | number;
interface Column<Row> {
  readonly zh: string;
  readonly en: string;
  readonly width: number;
  readonly cell: (row: Row, word: (words: Words, code: string) => string) => Cell;
}

const STATES: Words = { draft: ["草稿", "draft"], published: ["生效", "in force"], past: ["历史", "past"] };
const BASES: Words = {
  consent: ["同意", "consent"],
  separate_consent: ["单独同意", "separate consent"],
  contract: ["履行合同", "contract"],
  legal_duty: ["法定义务", "legal duty"],
  emergency: ["紧急情况", "emergency"],
  public_interest: ["公共利益", "public interest"],
  made_public: ["已公开", "made public"],
};
const TRIGGERS: Words = {
  sensitive: ["敏感个人信息", "sensitive data"],
  automated_decision: ["自动化决策", "automated decisions"],
  entrusted: ["委托处理", "entrusted"],
  provided: ["向他人提供", "provided to others"],
  made_public: ["公开", "made public"],
  abroad: ["向境外提供", "abroad"],
  major_effect: ["对个人有重大影响", "major effect on persons"],
  purpose: ["新的目的", "new purpose"],
};
const RISKS: Words = { low: ["低", "low"], middle: ["中", "middle"], high: ["高", "high"] };
const FLAG: Words = { true: ["是", "yes"], false: ["", ""] };
const LANGUAGES: Words = { zh: ["中文", "Chinese"], en: ["英文", "English"] };

const instant = (at: Date | null) => (at === null ? "" : at.toISOString().replace("T", " ").slice(0, 19));

const ACTIVITY: readonly Column<RegisterView["activities"][number]>[] = [
  { zh: "活动编码", en: "Activity", width: 18, cell: (row) => row.activity },
  { zh: "版本", en: "Version", width: 8, cell: (row) => row.version },
  { zh: "状态", en: "State", width: 10, cell: (row, word) => word(STATES, row.state) },
  { zh: "名称", en: "Name (Chinese)", width: 24, cell: (row) => row.zh },
  { zh: "英文名称", en: "Name (English)", width: 24, cell: (row) => row.en },
  { zh: "目的编码", en: "Purpose", width: 16, cell: (row) => row.purpose ?? "" },
  { zh: "法律依据", en: "Legal basis", width: 16, cell: (row, word) => word(BASES, row.legal_basis) },
  { zh: "数据类别", en: "Classes of data", width: 36, cell: (row) => row.data_classes.join("、") },
  { zh: "保存天数", en: "Days kept", width: 10, cell: (row) => row.retention_days },
  { zh: "接收方", en: "Recipients", width: 30, cell: (row) => row.recipients.join("、") },
  { zh: "自动化决策", en: "Automated", width: 12, cell: (row, word) => word(FLAG, String(row.is_automated)) },
  { zh: "敏感信息", en: "Sensitive", width: 12, cell: (row, word) => word(FLAG, String(row.is_sensitive)) },
  { zh: "出境", en: "Abroad", width: 10, cell: (row, word) => word(FLAG, String(row.is_abroad)) },
  { zh: "起草人", en: "Drafted by", width: 14, cell: (row) => row.made_name ?? "" },
  { zh: "起草时间 (UTC)", en: "Drafted (UTC)", width: 20, cell: (row) => instant(row.made_at) },
  { zh: "发布人", en: "Published by", width: 14, cell: (row) => row.published_name ?? "" },
  { zh: "发布时间 (UTC)", en: "Published (UTC)", width: 20, cell: (row) => instant(row.published_at) },
];

const ASSESSMENT: readonly Column<RegisterView["assessments"][number]>[] = [
  { zh: "编号", en: "Number", width: 8, cell: (row) => row.assessment_id },
  { zh: "活动编码", en: "Activity", width: 18, cell: (row) => row.activity },
  { zh: "版本", en: "Version", width: 8, cell: (row) => row.version },
  {
    zh: "触发原因",
    en: "Triggers",
    width: 30,
    cell: (row, word) => row.triggers.map((one) => word(TRIGGERS, one)).join("、"),
  },
  { zh: "合法、正当、必要", en: "Lawful and necessary", width: 60, cell: (row) => row.necessity },
  { zh: "影响与风险", en: "Effects and risks", width: 60, cell: (row) => row.effects },
  { zh: "保护措施", en: "Measures", width: 60, cell: (row) => row.measures },
  { zh: "风险", en: "Risk", width: 8, cell: (row, word) => word(RISKS, row.risk) },
  { zh: "评估人", en: "Assessed by", width: 14, cell: (row) => row.made_name ?? "" },
  { zh: "评估时间 (UTC)", en: "Assessed (UTC)", width: 20, cell: (row) => instant(row.made_at) },
  { zh: "批准人", en: "Approved by", width: 14, cell: (row) => row.approved_name ?? "" },
  { zh: "批准时间 (UTC)", en: "Approved (UTC)", width: 20, cell: (row) => instant(row.approved_at) },
  { zh: "一人批准", en: "Alone", width: 10, cell: (row, word) => word(FLAG, String(row.is_alone)) },
  { zh: "保存至", en: "Kept until", width: 12, cell: (row) => row.kept_until ?? "" },
];

const TEXT: readonly Column<RegisterView["texts"][number]>[] = [
  { zh: "目的编码", en: "Purpose", width: 16, cell: (row) => row.purpose },
  { zh: "语言", en: "Language", width: 10, cell: (row, word) => word(LANGUAGES, row.language) },
  { zh: "版本", en: "Version", width: 12, cell: (row) => row.version },
  { zh: "状态", en: "State", width: 10, cell: (row, word) => word(STATES, row.state) },
  { zh: "生效日", en: "In force from", width: 12, cell: (row) => row.valid_from ?? "" },
  { zh: "正文", en: "Text", width: 80, cell: (row) => row.body },
  { zh: "SHA-256", en: "SHA-256", width: 68, cell: (row) => row.sha256 },
  { zh: "起草人", en: "Drafted by", width: 14, cell: (row) => row.made_name ?? "" },
  { zh: "起草时间 (UTC)", en: "Drafted (UTC)", width: 20, cell: (row) => instant(row.made_at) },
  { zh: "发布人", en: "Published by", width: 14, cell: (row) => row.published_name ?? "" },
  { zh: "发布时间 (UTC)", en: "Published (UTC)", width: 20, cell: (row) => instant(row.published_at) },
];

/** The three registers, every version, as a workbook. Every value is text or a number, never a formula. */
export async function registerWorkbook(registers: RegisterView, language: Language): Promise<Buffer> {
  const book = new exceljs.Workbook();
  const word = (words: Words, code: string) => words[code]?.[language === "zh" ? 0 : 1] ?? code;
  const add = <Row>(names: Record<Language, string>, columns: readonly Column<Row>[], rows: readonly Row[]) => {
    const sheet = book.addWorksheet(names[language], { views: [{ state: "frozen", ySplit: 1 }] });
    sheet.columns = columns.map(({ width }) => ({ width }));
    sheet.addRow(columns.map((column) => column[language])).font = { bold: true };
    for (const row of rows) sheet.addRow(columns.map(({ cell }) => cell(row, word)));
  };
  add({ zh: "处理活动", en: "Processing activities" }, ACTIVITY, registers.activities);
  add({ zh: "影响评估", en: "Impact assessments" }, ASSESSMENT, registers.assessments);
  add({ zh: "同意文本", en: "Consent texts" }, TEXT, registers.texts);
  return Buffer.from(await book.xlsx.writeBuffer());
}
