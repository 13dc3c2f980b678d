import { Link } from "react-router";
import { Card } from "../../parts/page-header.tsx";
import { ErrorState, SkeletonBlock } from "../../parts/states.tsx";
import { formatInstant } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import { type Lineage, useLineage } from "./lineage-data.ts";
import { BOX, layOut, type PictureBox, type PlacedBox } from "./model/lineage-picture.ts";
import type { TagDetail } from "./tag-data.ts";
import "./lineage.css";

const COLUMNS_NAMED = 3;

/** Where the tag comes from and who reads it: sources, what they fill, the tag, its readers; each box a link. */
export function LineageCard({ tag, t }: { tag: TagDetail; t: Translate }) {
  const query = useLineage(tag.key);
  return (
    <Card title={t("lineage.title")} note={t("lineage.note")}>
      {query.error ? <ErrorState small error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data === undefined && !query.error ? <SkeletonBlock height={160} /> : null}
      {query.data === undefined ? null : <LineagePicture lineage={query.data} tag={tag} t={t} />}
    </Card>
  );
}

const LATE: ReadonlySet<string> = new Set(["late", "silent"]);

function boxesOf(lineage: Lineage, tag: TagDetail, t: Translate) {
  const boxes: PictureBox[] = [];
  const links: (readonly [string, string])[] = [];
  const seen = new Set<string>();
  for (const relation of lineage.relations) {
    const id = `relation ${relation.relation}`;
    const columns = relation.columns.map((column) => pick(column.zh, column.en));
    const more = columns.length > COLUMNS_NAMED ? t("lineage.more", { n: columns.length - COLUMNS_NAMED }) : "";
    for (const source of relation.sources) {
      const from = `source ${source.source_id}`;
      links.push([from, id]);
      if (seen.has(from)) continue;
      seen.add(from);
      const at = source.last_received_at === null ? "—" : formatInstant(source.last_received_at);
      const late = LATE.has(source.freshness);
      const note = late ? t("lineage.late", { at }) : at;
      const to = `/data/sources/${source.source_id}`;
      boxes.push({ id: from, column: 0, label: source.name, note, to, tone: late ? "late" : "plain" });
    }
    const note = relation.computed ? t("lineage.computed") : `${columns.slice(0, COLUMNS_NAMED).join("、")}${more}`;
    boxes.push({ id, column: 1, label: pick(relation.zh, relation.en), note, to: null, tone: "plain" });
    links.push([id, "own"]);
  }
  for (const other of lineage.tags) {
    const id = `tag ${other.key}`;
    boxes.push({
      id,
      column: 1,
      label: pick(other.zh, other.en),
      note: t("lineage.tag"),
      to: `/tags/${other.key}`,
      tone: "plain",
    });
    links.push([id, "own"]);
  }
  boxes.push({ id: "own", column: 2, label: pick(tag.zh, tag.en), note: t("lineage.own"), to: null, tone: "own" });
  for (const reader of lineage.readers) {
    const id = `reader ${reader.kind} ${reader.id}`;
    const note = t(`lineage.${reader.kind}`);
    const to = `/${reader.kind}s/${reader.id}`;
    boxes.push({ id, column: 3, label: pick(reader.zh, reader.en), note, to, tone: "plain" });
    links.push(["own", id]);
  }
  return { boxes, links };
}

function LineagePicture({ lineage, tag, t }: { lineage: Lineage; tag: TagDetail; t: Translate }) {
  const { boxes, links } = boxesOf(lineage, tag, t);
  const picture = layOut(boxes, links);
  return (
    <div className="ln-frame" role="region" aria-label={t("lineage.title")} tabIndex={0}>
      <div className="ln-picture" style={{ width: picture.width, height: picture.height }}>
        <svg width={picture.width} height={picture.height} aria-hidden="true">
          {picture.lines.map(({ id, path }) => (
            <path key={id} d={path} />
          ))}
        </svg>
        {picture.boxes.map((box) => (
          <Box key={box.id} box={box} />
        ))}
      </div>
      {lineage.readers.length === 0 ? <p className="ht-note">{t("lineage.unread")}</p> : null}
    </div>
  );
}

function Box({ box }: { box: PlacedBox }) {
  const style = { left: box.x, top: box.y, width: BOX.width, height: BOX.height };
  const inside = (
    <>
      <span className="ln-label">{box.label}</span>
      <span className="ln-note">{box.note}</span>
    </>
  );
  const title = `${box.label} · ${box.note}`;
  if (box.to === null) {
    return (
      <div className="ln-box" data-tone={box.tone} style={style} title={title}>
        {inside}
      </div>
    );
  }
  return (
    <Link className="ln-box" data-tone={box.tone} style={style} title={title} to={box.to}>
      {inside}
    </Link>
  );
}
