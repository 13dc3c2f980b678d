import { Link } from "react-router";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { seedLink } from "../segments/model/seeds.ts";
import { bandsOf } from "./heat-map.ts";
import type { Rfm } from "./rfm-data.ts";
import { MembersBehind } from "./members-behind.tsx";
import { dayBand, moneyBand } from "./rfm-map.tsx";

interface BehindProps {
  readonly rfm: Rfm;
  /** A class cell ("A1") or one of the two groups outside. */
  readonly cell: string | null;
  readonly place: { readonly level: string | null; readonly f: string | null; readonly m: string | null };
}

function titleOf({ rfm, cell, place }: BehindProps, t: Translate): string {
  if (cell === "never" || cell === "over_365") return t(`others.${cell}`);
  if (cell !== null) {
    const [letter = "", level = ""] = cell;
    return t("behind.title_cell", { cell, meaning: `${t(`class.${letter}`)} · ${t(`level.${level}`)}` });
  }
  if (place.f === null) return t(`map.level_${place.level}`);
  const f = bandsOf(rfm.bands.f).find((band) => band.number === Number(place.f));
  const m = bandsOf(rfm.bands.m_minor).find((band) => band.number === Number(place.m));
  return t("behind.title_map", {
    level: t(`map.level_${place.level}`),
    f: f === undefined ? "" : dayBand(f, t),
    m: m === undefined ? "" : moneyBand(m, rfm.currency, t),
  });
}

/** The members behind a cell or a place of a map. */
export function Behind(props: BehindProps) {
  const { cell, place } = props;
  const t = useTexts("value");
  const query: Record<string, string | undefined> =
    cell === null
      ? { level: place.level ?? undefined, f_band: place.f ?? undefined, m_band: place.m ?? undefined }
      : { cell };
  const save =
    cell !== null && cell.length === 2 ? (
      <Link className="rf-save" to={seedLink({ rfm: cell })}>
        {t("behind.save")}
      </Link>
    ) : null;
  return <MembersBehind title={titleOf(props, t)} path="/api/rfm/members" query={query} save={save} />;
}
