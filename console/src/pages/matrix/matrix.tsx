import { DownloadOutlined, EditOutlined, HistoryOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useMemo, useState } from "react";
import { useCan } from "../../api/session.ts";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { Loaded, SkeletonTable } from "../../parts/states.tsx";
import { addTexts, currentLanguage, pick, useTexts } from "../../texts/texts.ts";
import type { Cell } from "./cells.ts";
import en from "./en.json";
import { CellDetail } from "./cell-detail.tsx";
import { keyOf, MatrixGrid } from "./matrix-grid.tsx";
import { changeOf, type MatrixView, useChangeDraft, useMatrix } from "./matrix-data.ts";
import { History } from "./history.tsx";
import { OpenVersion } from "./open-version.tsx";
import { RowScopes } from "./row-scopes.tsx";
import { useStartDraft } from "./matrix-data.ts";
import zh from "./zh.json";

addTexts("matrix", { zh, en });

const ALL = "";

/** "members.read L3" for each permission and level that a route enters by, or shows values of. */
function usedLevels(view: MatrixView): ReadonlySet<string> {
  return new Set(
    view.routes.flatMap(({ permission, level, enter }) => [
      `${permission} ${level}`,
      `${permission} ${enter ?? level}`,
    ]),
  );
}

function byKey(cells: readonly Cell[]): ReadonlyMap<string, Cell> {
  return new Map(cells.map((cell) => [keyOf(cell.role, cell.permission, cell.level), cell]));
}

interface Filter {
  readonly role: string;
  readonly domain: string;
  readonly changed: boolean;
}

function Filters({ view, filter, onChange }: { view: MatrixView; filter: Filter; onChange: (filter: Filter) => void }) {
  const t = useTexts("matrix");
  return (
    <div className="ht-filters">
      <select
        className="ht-select"
        aria-label={t("role")}
        value={filter.role}
        onChange={(event) => onChange({ ...filter, role: event.target.value })}
      >
        <option value={ALL}>{t("all_roles")}</option>
        {view.roles.map((role) => (
          <option key={role.role} value={role.role}>
            {pick(role.zh, role.en)}
          </option>
        ))}
      </select>
      <select
        className="ht-select"
        aria-label={t("domain")}
        value={filter.domain}
        onChange={(event) => onChange({ ...filter, domain: event.target.value })}
      >
        <option value={ALL}>{t("all_domains")}</option>
        {view.domains.map((domain) => (
          <option key={domain.domain} value={domain.domain}>
            {pick(domain.zh, domain.en)}
          </option>
        ))}
      </select>
      {view.open === null ? null : (
        <label className="ht-row">
          <input
            type="checkbox"
            checked={filter.changed}
            onChange={(event) => onChange({ ...filter, changed: event.target.checked })}
          />
          {t("only_changed")}
        </label>
      )}
    </div>
  );
}

function Legend({ view, editable }: { view: MatrixView; editable: boolean }) {
  const t = useTexts("matrix");
  return (
    <div className="ht-matrix-legend">
      {view.outcomes.map(({ outcome, zh: name, en: english }, at) => (
        <span key={outcome}>
          <span className={`ht-square ht-square-${outcome}`} aria-hidden="true">
            {t(`letter.${outcome}`)}
          </span>
          {pick(name, english)}
          {editable ? ` (${at + 1})` : ""}
        </span>
      ))}
      <span>{t("levels")}</span>
      <span>{t("idle")}</span>
    </div>
  );
}

function Loadable({ view }: { view: MatrixView }) {
  const t = useTexts("matrix");
  const [filter, setFilter] = useState<Filter>({ role: ALL, domain: ALL, changed: false });
  const [chosen, setChosen] = useState<Cell | null>(null);
  const change = useChangeDraft();
  const editable = useCan("matrix.manage") && view.open?.state === "draft";
  const cells = useMemo(() => byKey(view.open?.cells ?? view.cells), [view]);
  const active = useMemo(() => byKey(view.cells), [view]);
  const used = useMemo(() => usedLevels(view), [view]);
  const moved = [...cells.values()].filter(
    (cell) => active.get(keyOf(cell.role, cell.permission, cell.level))?.outcome !== cell.outcome,
  );
  const roles = view.roles.filter((role) => filter.role === ALL || role.role === filter.role);
  const permissions = view.permissions.filter(
    ({ permission }) =>
      (filter.domain === ALL || permission.startsWith(`${filter.domain}.`)) &&
      (view.open === null || !filter.changed || moved.some((cell) => cell.permission === permission)),
  );
  const set = (cell: Cell, outcome: Cell["outcome"]) => {
    const wanted = changeOf(view, cell, outcome);
    if (wanted.length > 0) change.mutate({ cells: wanted });
    setChosen({ ...cell, outcome });
  };
  return (
    <>
      {view.open === null ? null : <OpenVersion view={view} open={view.open} changes={moved.length} />}
      <Card flush>
        <div className="ht-matrix-legend">
          <Filters view={view} filter={filter} onChange={setFilter} />
        </div>
        {permissions.length === 0 ? <p className="ht-matrix-legend">{t("nothing_changed")}</p> : null}
        <MatrixGrid
          view={view}
          roles={roles}
          permissions={permissions}
          cells={cells}
          active={active}
          used={used}
          chosen={chosen}
          editable={editable}
          onChoose={setChosen}
          onSet={set}
        />
        <Legend view={view} editable={editable} />
        {chosen === null ? null : (
          <CellDetail view={view} cell={chosen} editable={editable} onSet={(outcome) => set(chosen, outcome)} />
        )}
      </Card>
      <RowScopes view={view} roles={roles} editable={editable} onSet={(scope) => change.mutate({ scopes: [scope] })} />
    </>
  );
}

/** Who may do what: the matrix in force, or the version being made, with what differs. */
export function MatrixPage() {
  const t = useTexts("matrix");
  const query = useMatrix();
  const mayManage = useCan("matrix.manage");
  const [asking, setAsking] = useState(false);
  const [history, setHistory] = useState(false);
  const start = useStartDraft();
  const { data } = query;
  const shown = data?.open?.version ?? data?.version ?? 0;
  const note =
    data === undefined
      ? undefined
      : data.active === null
        ? t("shipped")
        : t(data.active.alone ? "in_force_alone" : "in_force", { ...data.active });
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={note}
        actions={
          <>
            <Button icon={<HistoryOutlined />} onClick={() => setHistory(true)}>
              {t("history")}
            </Button>
            <Button
              icon={<DownloadOutlined />}
              href={`/api/matrix/versions/${shown}/matrix.xlsx?language=${currentLanguage()}`}
            >
              Excel
            </Button>
            <Button
              type="primary"
              icon={<EditOutlined />}
              disabled={!mayManage || data === undefined || data.open !== null}
              title={mayManage ? undefined : t("may_not_draft")}
              onClick={() => setAsking(true)}
            >
              {t("start")}
            </Button>
          </>
        }
      />
      <Loaded query={query} skeleton={<SkeletonTable columns={8} rows={12} />}>
        {(view) => <Loadable view={view} />}
      </Loaded>
      {asking ? (
        <ReasonDialog
          title={t("start")}
          act={t("start")}
          text={t("start_text")}
          busy={start.isPending}
          onClose={() => setAsking(false)}
          onAct={(reason) => start.mutate({ reason }, { onSuccess: () => setAsking(false) })}
        />
      ) : null}
      <History open={history} onClose={() => setHistory(false)} mayRestore={mayManage && data?.open === null} />
    </div>
  );
}
