import Button from "antd/es/button";
import type { ReactNode } from "react";
import { useTexts } from "../texts/texts.ts";
import "./data-table.css";

export interface Column<Row> {
  readonly key: string;
  readonly title: ReactNode;
  readonly render: (row: Row) => ReactNode;
  /** Numbers stand right. */
  readonly numeric?: boolean;
  /** "phone": hidden under 720 px; "tablet": hidden under 1080 px. */
  readonly hide?: "phone" | "tablet";
  readonly width?: string;
  /** Long text may wrap; otherwise a cell stays on one line. */
  readonly wrap?: boolean;
}

interface DataTableProps<Row> {
  /** What the table holds, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string | number;
  readonly empty?: ReactNode;
  /** The next page of a cursor list. */
  readonly more?: { readonly load: () => void; readonly loading: boolean } | undefined;
  /** A click anywhere on the row; put a real link or button into a cell as well, for keyboards. */
  readonly onRow?: (row: Row) => void;
  readonly rowTone?: (row: Row) => "bad" | "warn" | "quiet" | undefined;
}

function cellClass<Row>(column: Column<Row>): string {
  const names = [
    column.numeric ? "ht-num" : "",
    column.hide ? `ht-hide-${column.hide}` : "",
    column.wrap ? "ht-wrap" : "",
  ];
  return names.filter(Boolean).join(" ");
}

/** A small table on semantic HTML: sticky head, right-aligned figures, sideways scroll reachable by keyboard. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, empty, more, onRow, rowTone } = props;
  const t = useTexts();
  if (rows.length === 0 && empty !== undefined) return <>{empty}</>;
  return (
    <div className="ht-table-frame">
      {/* Scrolls sideways on narrow screens, so it must take the focus. */}
      <section className="ht-table-scroll" tabIndex={0} aria-label={label}>
        <table className="ht-table">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.key} scope="col" className={cellClass(column)} style={{ width: column.width }}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr
                key={rowKey(row)}
                className={`${onRow ? "ht-row-link" : ""} ${rowTone?.(row) ? `ht-row-${rowTone(row)}` : ""}`}
                onClick={onRow ? (event) => rowClick(event, () => onRow(row)) : undefined}
              >
                {columns.map((column) => (
                  <td key={column.key} className={cellClass(column)}>
                    {column.render(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 ? <p className="ht-table-empty">{t("table.empty")}</p> : null}
      </section>
      {more === undefined ? null : (
        <div className="ht-table-more">
          <Button loading={more.loading} onClick={more.load}>
            {t("act.more")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** A click on a link, button or field inside the row keeps its own meaning. */
function rowClick(event: React.MouseEvent, act: () => void): void {
  const target = event.target as HTMLElement;
  if (target.closest("a,button,input,select,label") || window.getSelection()?.toString()) return;
  act();
}
