import type { Translate } from "../../texts/texts.ts";
import type { Associate } from "./tasks-data.ts";

interface Props {
  readonly associates: readonly Associate[];
  readonly value: string;
  readonly onChange: (store_code: string) => void;
  readonly t: Translate;
}

/** The stores that associates belong to. */
export function StoreSelect({ associates, value, onChange, t }: Props) {
  const stores = new Map(
    associates.flatMap(({ store_code, store }) => (store_code === null ? [] : [[store_code, store ?? store_code]])),
  );
  return (
    <select
      className="ht-select"
      aria-label={t("column.store")}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{t("all.any_store")}</option>
      {[...stores].map(([code, name]) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </select>
  );
}
