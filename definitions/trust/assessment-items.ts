import type { AssessmentItem } from "../../src/trust/assessment/item.ts";
import { CENTRE_ITEMS } from "./centre-items.ts";
import { COMPUTING_ITEMS } from "./computing-items.ts";

/** The 46 items of clauses 8.1.4 and 8.1.5, and 14 rows about personal data, keys, access, audit, operation and supply. */
export const ASSESSMENT_ITEMS: readonly AssessmentItem[] = [...COMPUTING_ITEMS, ...CENTRE_ITEMS];

/** Items of clause 8.1 by its parts (211): what this assessment does not look at counts as not met until somebody assesses it. */
export const CLAUSE_8_1: readonly {
  readonly clause: string;
  readonly zh: string;
  readonly en: string;
  readonly items: number;
}[] = [
  { clause: "8.1.1", zh: "安全物理环境", en: "Physical environment", items: 22 },
  { clause: "8.1.2", zh: "安全通信网络", en: "Communication network", items: 8 },
  { clause: "8.1.3", zh: "安全区域边界", en: "Area boundary", items: 20 },
  { clause: "8.1.4", zh: "安全计算环境", en: "Computing environment", items: 34 },
  { clause: "8.1.5", zh: "安全管理中心", en: "Management centre", items: 12 },
  { clause: "8.1.6", zh: "安全管理制度", en: "Management rules", items: 7 },
  { clause: "8.1.7", zh: "安全管理机构", en: "Management organisation", items: 14 },
  { clause: "8.1.8", zh: "安全管理人员", en: "Management of people", items: 12 },
  { clause: "8.1.9", zh: "安全建设管理", en: "Management of building", items: 34 },
  { clause: "8.1.10", zh: "安全运维管理", en: "Management of running", items: 48 },
];
