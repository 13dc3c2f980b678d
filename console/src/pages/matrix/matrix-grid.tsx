import { type KeyboardEvent, useRef } from "react";
import { pick, useTexts } from "../../texts/texts.ts";
import type { Cell, Outcome } from "./cells.ts";
import type { MatrixView } from "./matrix-data.ts";
import "./matrix.css";

export interface GridProps {
  readonly view: MatrixView;
  readonly roles: MatrixView["roles"];
  readonly permissions: MatrixView["permissions"];
  readonly cells: ReadonlyMap<string, Cell>;
  readonly active: ReadonlyMap<string, Cell>;
  readonly used: ReadonlySet<string>;
  readonly chosen: Cell | null;
  readonly editable: boolean;
  readonly onChoose: (cell: Cell) => void;
  readonly onSet: (cell: Cell, outcome: Outcome) => void;
}

export const keyOf = (role: string, permission: string, level: string) => `${role} ${permission} ${level}`;

const KEYS: Readonly<Record<string, Outcome>> = {
  "1": "allow",
  "2": "mask",
  "3": "step_up",
  "4": "approve",
  "5": "deny",
};
const ARROWS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Roles across, permissions down, four levels in each cell. Arrows move, 1 to 5 set an outcome. */
export function MatrixGrid(props: GridProps) {
  const { view, roles, permissions } = props;
  const t = useTexts("matrix");
  const table = useRef<HTMLTableElement>(null);
  const columns = roles.length * view.levels.length;
  const move = (event: KeyboardEvent, row: number, column: number) => {
    const step = ARROWS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const [at, to] = [row + step[0], column + step[1]];
    if (at < 0 || to < 0 || at >= permissions.length || to >= columns) return;
    table.current?.querySelector<HTMLButtonElement>(`[data-place="${at}:${to}"]`)?.focus();
  };
  return (
    <div className="ht-matrix-scroll">
      <table ref={table} className="ht-matrix" aria-label={t("grid")}>
        <thead>
          <tr>
            <th scope="col">{t("permission")}</th>
            {roles.map((role) => (
              <th key={role.role} scope="col">
                {pick(role.zh, role.en)}
                <span className="ht-matrix-levels" aria-hidden="true">
                  {view.levels.map((level) => (
                    <i key={level}>{level.slice(1)}</i>
                  ))}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {permissions.map((permission, row) => (
            <Row key={permission.permission} {...props} permission={permission} row={row} onMove={move} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps extends GridProps {
  readonly permission: MatrixView["permissions"][number];
  readonly row: number;
  readonly onMove: (event: KeyboardEvent, row: number, column: number) => void;
}

function Row(props: RowProps) {
  const { view, roles, permission, permissions, row } = props;
  const domainOf = (name: string | undefined) => name?.split(".")[0];
  const first = domainOf(permission.permission) !== domainOf(permissions[row - 1]?.permission);
  const domain = view.domains.find((one) => one.domain === domainOf(permission.permission));
  return (
    <tr className={first ? "ht-matrix-first" : undefined}>
      <th scope="row">
        {first && domain !== undefined ? <small>{pick(domain.zh, domain.en)}</small> : null}
        {pick(permission.zh, permission.en)}
      </th>
      {roles.map((role, place) => (
        <td key={role.role}>
          <span className="ht-matrix-levels">
            {view.levels.map((level, at) => (
              <Square key={level} {...props} role={role} level={level} column={place * view.levels.length + at} />
            ))}
          </span>
        </td>
      ))}
    </tr>
  );
}

interface SquareProps extends RowProps {
  readonly role: MatrixView["roles"][number];
  readonly level: string;
  readonly column: number;
}

function Square(props: SquareProps) {
  const { view, permission, role, level, row, column, cells, active, used, chosen, editable } = props;
  const t = useTexts("matrix");
  const key = keyOf(role.role, permission.permission, level);
  const empty: Cell = { role: role.role, permission: permission.permission, level, outcome: "deny" };
  const cell = cells.get(key) ?? empty;
  const before = active.get(key)?.outcome ?? "deny";
  const named = view.outcomes.find((one) => one.outcome === cell.outcome);
  const outcome = pick(named?.zh ?? "", named?.en ?? "");
  const isChosen = chosen !== null && keyOf(chosen.role, chosen.permission, chosen.level) === key;
  const label = `${pick(role.zh, role.en)} · ${pick(permission.zh, permission.en)} · ${level}: ${outcome}`;
  const press = (event: KeyboardEvent) => {
    const wanted = KEYS[event.key];
    if (wanted !== undefined && editable) props.onSet(cell, wanted);
    else props.onMove(event, row, column);
  };
  const classes = ["ht-square", `ht-square-${cell.outcome}`];
  if (!used.has(`${permission.permission} ${level}`)) classes.push("ht-square-idle");
  if (before !== cell.outcome) classes.push("ht-square-changed");
  return (
    <button
      type="button"
      className={classes.join(" ")}
      data-place={`${row}:${column}`}
      tabIndex={isChosen || (chosen === null && row === 0 && column === 0) ? 0 : -1}
      aria-label={before === cell.outcome ? label : t("changed_label", { label, before })}
      aria-pressed={isChosen}
      title={label}
      onFocus={() => props.onChoose(cell)}
      onClick={() => props.onChoose(cell)}
      onKeyDown={press}
    >
      {t(`letter.${cell.outcome}`)}
    </button>
  );
}
