import { formatCount } from "../../texts/format.ts";

interface BarRowsProps {
  readonly label: string;
  /** What the bars of a row are, in order; one series needs no legend. */
  readonly series: readonly { readonly name: string; readonly tone: "accent" | "quiet" }[];
  readonly rows: readonly { readonly key: string; readonly name: string; readonly values: readonly number[] }[];
  /** What stands beside the figure: its worth. */
  readonly beside?: (value: number) => string | undefined;
}

/** Horizontal bars from an honest zero with the figure beside each: picture and table at once. */
export function BarRows({ label, series, rows, beside }: BarRowsProps) {
  const most = Math.max(1, ...rows.flatMap(({ values }) => values));
  return (
    <figure className="po-bars" aria-label={label}>
      {series.length > 1 ? (
        <figcaption className="po-legend">
          {series.map(({ name, tone }) => (
            <span key={name}>
              <i className={`po-bar-${tone}`} aria-hidden="true" /> {name}
            </span>
          ))}
        </figcaption>
      ) : null}
      <table>
        <thead className="ht-hidden">
          <tr>
            <th scope="col">{label}</th>
            <th scope="col">{series.map(({ name }) => name).join(" · ")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{row.name}</th>
              <td>
                {row.values.map((value, at) => (
                  <span key={series[at]?.name ?? at} className="po-bar">
                    <i
                      className={`po-bar-${series[at]?.tone ?? "accent"}`}
                      style={{ width: `calc((100% - 150px) * ${value / most})` }}
                      aria-hidden="true"
                    />
                    <span className="ht-hidden">{series.length > 1 ? `${series[at]?.name} ` : ""}</span>
                    <b>{formatCount(value)}</b>
                    {beside === undefined ? null : <small>{beside(value)}</small>}
                  </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
