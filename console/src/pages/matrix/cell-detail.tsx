import Button from "antd/es/button";
import { pick, useTexts } from "../../texts/texts.ts";
import type { Cell, Outcome } from "./cells.ts";
import type { MatrixView } from "./matrix-data.ts";

interface CellDetailProps {
  readonly view: MatrixView;
  readonly cell: Cell;
  readonly editable: boolean;
  readonly onSet: (outcome: Outcome) => void;
}

/** One cell in words: what it means and which routes it opens. */
export function CellDetail({ view, cell, editable, onSet }: CellDetailProps) {
  const t = useTexts("matrix");
  const role = view.roles.find((one) => one.role === cell.role);
  const permission = view.permissions.find((one) => one.permission === cell.permission);
  const outcome = view.outcomes.find((one) => one.outcome === cell.outcome);
  const opened = view.routes.filter(
    (one) => one.permission === cell.permission && (one.enter ?? one.level) === cell.level,
  );
  const shown = view.routes.filter(
    (one) => one.permission === cell.permission && one.level === cell.level && (one.enter ?? one.level) !== cell.level,
  );
  return (
    <div className="ht-matrix-detail" aria-live="polite">
      <div className="ht-row">
        <strong>
          {pick(role?.zh ?? "", role?.en ?? "")} · {pick(permission?.zh ?? "", permission?.en ?? "")} · {cell.level}{" "}
          {t(`level.${cell.level}`)}
        </strong>
        {editable ? (
          view.outcomes.map((one) => (
            <Button
              key={one.outcome}
              size="small"
              type={one.outcome === cell.outcome ? "primary" : "default"}
              onClick={() => onSet(one.outcome)}
            >
              {pick(one.zh, one.en)}
            </Button>
          ))
        ) : (
          <span>{pick(outcome?.zh ?? "", outcome?.en ?? "")}</span>
        )}
      </div>
      <p className="ht-note">{t(`meaning.${cell.outcome}`)}</p>
      <ul className="ht-matrix-routes">
        {opened.map((one) => (
          <li key={`${one.method} ${one.url}`}>
            <code>
              {one.method} {one.url}
            </code>{" "}
            {one.summary}
          </li>
        ))}
        {shown.length > 0 ? <li>{t("fields_of", { n: shown.length })}</li> : null}
        {opened.length + shown.length === 0 ? <li>{t("idle_cell")}</li> : null}
      </ul>
    </div>
  );
}
