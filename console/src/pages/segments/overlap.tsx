import { CloseOutlined } from "@ant-design/icons";
import { Link } from "react-router";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { formatCount, formatInstant, formatRatio, listText } from "../../texts/format.ts";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { ConditionMembers } from "./condition-members.tsx";
import { treeLink } from "./model/seeds.ts";
import { regionKey, setLetter } from "./model/upset.ts";
import {
  idsOf,
  OVERLAP_MAX,
  type OverlapAnswer,
  type OverlapPair,
  type OverlapRegion,
  useOverlap,
} from "./overlap-data.ts";
import { useSegments } from "./segment-data.ts";
import { Upset } from "./upset.tsx";
import { useAddress } from "./use-address.ts";
import "./overlap.css";
import "./segment.css";
import "./texts.ts";

/** How segments overlap: `/segments/overlap?ids=1,2,3`. */
export function OverlapPage() {
  const t = useTexts("segments");
  const [params, setAddress] = useAddress();
  const ids = idsOf(params.get("ids"));
  const list = useSegments();
  const query = useOverlap(ids.map((segment_id) => ({ segment_id })));
  const choose = (next: readonly number[]) => setAddress({ ids: next.join(","), region: null });
  const others = (list.data?.items ?? []).filter((segment) => !ids.includes(segment.segment_id));
  return (
    <div className="ht-page">
      <PageHeader
        title={t("overlap.title")}
        note={query.data === undefined ? undefined : t("count.as_of", { at: formatInstant(query.data.as_of) })}
        back={{ to: "/segments", label: t("builder.back") }}
      />
      <Card title={t("overlap.sets")} note={t("overlap.sets_note", { n: OVERLAP_MAX })}>
        <ChosenSets ids={ids} answer={query.data} onChange={choose} t={t} />
        {ids.length >= OVERLAP_MAX ? null : (
          <select
            className="ht-select op-add"
            aria-label={t("overlap.add")}
            value=""
            disabled={others.length === 0}
            onChange={(event) => choose([...ids, Number(event.target.value)])}
          >
            <option value="">{others.length === 0 ? t("overlap.no_more") : t("overlap.add")}</option>
            {others.map((segment) => (
              <option key={segment.segment_id} value={segment.segment_id}>
                {segment.name}
              </option>
            ))}
          </select>
        )}
      </Card>
      {ids.length < 2 ? (
        <Card>
          <EmptyState title={t("overlap.empty_title")} text={t("overlap.empty_text")} />
        </Card>
      ) : (
        <Loaded query={query} skeleton={<SkeletonBlock height={360} />}>
          {(answer) => <Answer answer={answer} t={t} />}
        </Loaded>
      )}
    </div>
  );
}

interface ChosenProps {
  readonly ids: readonly number[];
  readonly answer: OverlapAnswer | undefined;
  readonly onChange: (ids: readonly number[]) => void;
  readonly t: Translate;
}

/** The sets with the letters by which the picture calls them, and bars of their sizes. */
function ChosenSets({ ids, answer, onChange, t }: ChosenProps) {
  const list = useSegments();
  const sizes = ids.map((id) => answer?.sets.find((set) => set.segment_id === id)?.count ?? 0);
  const most = Math.max(1, ...sizes);
  return (
    <ul className="op-sets">
      {ids.map((id, set) => {
        const name = list.data?.items.find((segment) => segment.segment_id === id)?.name ?? `#${id}`;
        return (
          <li key={id}>
            <b className="op-letter">{setLetter(set)}</b>
            <Link to={`/segments/${id}`}>{name}</Link>
            <span className="op-size">
              <i style={{ width: `${((sizes[set] ?? 0) / most) * 100}%` }} aria-hidden="true" />
            </span>
            <Count value={sizes[set]} to={`/segments/${id}?tab=members`} label={name} />
            <button
              type="button"
              className="op-remove"
              aria-label={t("overlap.remove", { name })}
              onClick={() => onChange(ids.filter((one) => one !== id))}
            >
              <CloseOutlined aria-hidden="true" />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function Answer({ answer, t }: { answer: OverlapAnswer; t: Translate }) {
  const [params, setAddress] = useAddress();
  const asked = params.get("region");
  const name = (region: OverlapRegion) => regionName(region, answer, t);
  const choose = (region: string | null) => setAddress({ region });
  const chosen = answer.regions.find((region) => regionKey(region) === asked);
  const outside = answer.regions.find((region) => region.in.length === 0);
  const inside = answer.regions.filter((region) => region.in.length > 0);
  return (
    <>
      <Card title={t("overlap.regions")} note={t("overlap.regions_note")}>
        {inside.length === 0 ? (
          <EmptyState small title={t("overlap.all_empty")} />
        ) : (
          <Upset sets={answer.sets} regions={inside} chosen={asked} onChoose={choose} name={name} />
        )}
        {outside === undefined ? null : (
          <p className="ht-note op-outside">
            {t("overlap.outside", { n: formatCount(outside.count), total: formatCount(answer.total) })}{" "}
            <Link to={treeLink(outside.condition)}>{t("overlap.open")}</Link>
          </p>
        )}
        <RegionTable regions={inside} chosen={asked} onChoose={choose} name={name} t={t} />
      </Card>
      {chosen === undefined ? null : (
        <ConditionMembers
          key={regionKey(chosen)}
          title={name(chosen)}
          count={chosen.count}
          condition={chosen.condition}
          onClose={() => choose(null)}
        />
      )}
      <Pairs answer={answer} t={t} />
    </>
  );
}

/** "A 乌龙茶客 和 B 常客，不在 C": exactly who. */
function regionName(region: OverlapRegion, answer: OverlapAnswer, t: Translate): string {
  const names = (wanted: boolean) =>
    answer.sets.map((set) => set.name).filter((_, set) => region.in.includes(set) === wanted);
  if (region.in.length === 0) return t("overlap.in_none");
  const inside = names(true).map((one) => `「${one}」`);
  if (region.in.length === answer.sets.length) return t("overlap.in_all", { n: inside.length });
  if (inside.length === 1) return t("overlap.in_one", { name: inside[0] });
  return t("overlap.in_some", { names: listText(inside) });
}

interface RegionTableProps {
  readonly regions: readonly OverlapRegion[];
  readonly chosen: string | null;
  readonly onChoose: (region: string | null) => void;
  readonly name: (region: OverlapRegion) => string;
  readonly t: Translate;
}

function RegionTable({ regions, chosen, onChoose, name, t }: RegionTableProps) {
  const columns: readonly Column<OverlapRegion>[] = [
    { key: "name", title: t("overlap.region"), wrap: true, render: name },
    {
      key: "count",
      title: t("list.count"),
      numeric: true,
      render: (region) => (
        <button
          type="button"
          className="ht-link-button"
          aria-pressed={regionKey(region) === chosen}
          onClick={() => onChoose(regionKey(region))}
        >
          {formatCount(region.count)}
        </button>
      ),
    },
    {
      key: "open",
      title: "",
      render: (region) => <Link to={treeLink(region.condition)}>{t("overlap.open")}</Link>,
    },
  ];
  return (
    <details className="op-table">
      <summary>{t("overlap.table", { n: regions.length })}</summary>
      <DataTable label={t("overlap.regions")} rows={regions} rowKey={regionKey} columns={columns} />
    </details>
  );
}

const jaccardText = (pair: OverlapPair): string =>
  pair.jaccard_bp === null ? "—" : formatRatio(pair.jaccard_bp / 10_000, 1);

/** How alike each two are: of all who are in either, how many are in both. */
function Pairs({ answer, t }: { answer: OverlapAnswer; t: Translate }) {
  const sizeOf = (set: number) => answer.sets[set]?.count ?? 0;
  const part = (pair: OverlapPair, set: number) => (sizeOf(set) === 0 ? "—" : formatRatio(pair.both / sizeOf(set), 1));
  const title = (set: number) => `${setLetter(set)} ${answer.sets[set]?.name ?? ""}`;
  const columns: readonly Column<OverlapPair>[] = [
    {
      key: "pair",
      title: t("overlap.pair"),
      wrap: true,
      render: (pair) => `${title(pair.a)} × ${title(pair.b)}`,
    },
    {
      key: "jaccard",
      title: t("overlap.jaccard"),
      numeric: true,
      render: (pair) => (
        <span className="op-meter" style={{ "--op-part": (pair.jaccard_bp ?? 0) / 10_000 } as React.CSSProperties}>
          {jaccardText(pair)}
        </span>
      ),
    },
    { key: "both", title: t("overlap.both"), numeric: true, render: (pair) => formatCount(pair.both) },
    {
      key: "either",
      title: t("overlap.either"),
      numeric: true,
      hide: "phone",
      render: (pair) => formatCount(pair.either),
    },
    { key: "of_a", title: t("overlap.of_first"), numeric: true, hide: "phone", render: (pair) => part(pair, pair.a) },
    { key: "of_b", title: t("overlap.of_second"), numeric: true, hide: "phone", render: (pair) => part(pair, pair.b) },
  ];
  const pairs = answer.pairs.toSorted((one, other) => (other.jaccard_bp ?? -1) - (one.jaccard_bp ?? -1));
  return (
    <Card title={t("overlap.pairs")} note={t("overlap.pairs_note")} flush>
      <DataTable label={t("overlap.pairs")} rows={pairs} rowKey={(pair) => `${pair.a}.${pair.b}`} columns={columns} />
    </Card>
  );
}
