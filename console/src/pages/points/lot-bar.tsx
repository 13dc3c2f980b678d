import { formatCount } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";
import type { Lot, LotWhole } from "./member-points-data.ts";

const PLACES = ["active", "pending", "held", "burned", "expired", "returned", "given"] as const;

/** Where the points of a lot are; of a lot in a list only what is left is known, the rest is gone. */
function placesOf(lot: Lot | LotWhole): readonly { readonly place: string; readonly points: number }[] {
  const known = PLACES.flatMap((place) => {
    const points = place in lot ? (lot as LotWhole)[place] : 0;
    return points > 0 ? [{ place: place as string, points }] : [];
  });
  const rest = lot.points - known.reduce((sum, { points }) => sum + points, 0);
  return rest > 0 ? [...known, { place: "gone", points: rest }] : known;
}

interface LotBarProps {
  readonly lot: Lot | LotWhole;
  /** The largest lot beside this one, so that lengths can be compared. */
  readonly most: number;
  /** Say each place below the bar. */
  readonly legend?: boolean;
  readonly t: Translate;
}

/** One bar for a lot: each of its points in exactly one place. */
export function LotBar({ lot, most, legend = false, t }: LotBarProps) {
  const places = placesOf(lot);
  const said = places.map(({ place, points }) => `${t(`place.${place}`)} ${formatCount(points)}`).join(" · ");
  return (
    <>
      <span
        className="po-lot-bar"
        role="img"
        aria-label={said}
        style={{ width: `${Math.max(4, (lot.points / most) * 100)}%` }}
      >
        {places.map(({ place, points }) => (
          <i key={place} className={`po-place-${place}`} style={{ flexGrow: points }} />
        ))}
      </span>
      {legend ? (
        <ul className="po-places">
          {places.map(({ place, points }) => (
            <li key={place}>
              <i className={`po-place-${place}`} aria-hidden="true" /> {t(`place.${place}`)}{" "}
              <b>{formatCount(points)}</b>
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
