import Button from "antd/es/button";
import { Link, useSearchParams } from "react-router";
import { useCan } from "../../api/session.ts";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Count, Fact, Money, Ratio } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock, SkeletonTable } from "../../parts/states.tsx";
import { formatCount, formatDay, formatRatio } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import { LadderPicture } from "./ladder-picture.tsx";
import { Ladders } from "./ladders.tsx";
import { StageMatrix } from "./stage-matrix.tsx";
import { TierMembers } from "./tier-members.tsx";
import { amountText, type ByTier, type Overview, type TierRow, useTiers, windowText } from "./tier-data.ts";
import "./tiers.css";
import "./texts.ts";

/** The ladder in force: who stands where, who is near, who would fall, who moved, and which cells have a treatment. */
export function TiersPage() {
  const t = useTexts("tiers");
  const [params] = useSearchParams();
  const within = Number(params.get("within") ?? Number.NaN);
  const query = useTiers(Number.isSafeInteger(within) && within > 0 ? within : undefined);
  const ready = query.data?.state === "ready" ? query.data : undefined;
  return (
    <div className="ht-page">
      <PageHeader
        title={t("title")}
        note={ready === undefined ? undefined : headline(ready, t)}
        tags={ready === undefined ? undefined : <States data={ready} t={t} />}
        actions={<Actions ladder={ready?.ladder} t={t} />}
      />
      <Loaded query={query} skeleton={<TiersSkeleton />}>
        {(data) => (data.state === "ready" && data.members > 0 ? <TiersBody data={data} t={t} /> : <NoTiers t={t} />)}
      </Loaded>
    </div>
  );
}

const headline = (data: Overview, t: Translate): string =>
  t("note", {
    name: pick(data.definition.zh, data.definition.en),
    version: data.version,
    window: windowText(data.definition, t),
  });

function Actions({ ladder, t }: { ladder: string | undefined; t: Translate }) {
  const manage = useCan("tiers.manage");
  return (
    <>
      <Link to="/tiers/activity">
        <Button tabIndex={-1}>{t("act.activity")}</Button>
      </Link>
      {ladder === undefined ? null : (
        <Link to={`/tiers/${ladder}/edit`}>
          <Button type={manage ? "primary" : "default"} tabIndex={-1}>
            {manage ? t("act.edit") : t("act.rules")}
          </Button>
        </Link>
      )}
    </>
  );
}

/** What a reader must know about the state of these figures. */
function States({ data, t }: { data: Overview; t: Translate }) {
  const { without, strangers } = data.coverage;
  const covered = without + strangers === 0;
  return (
    <>
      <Chip tone={covered ? "good" : "warn"} title={t("coverage.one_why")}>
        {t("coverage.one", { share: formatRatio(data.coverage.exactly_one / Math.max(1, data.members), 2) })}
      </Chip>
      {data.marked > 0 ? <Chip tone="info">{t("marked", { n: formatCount(data.marked) })}</Chip> : null}
      {(data.difference ?? 0) > 0 ? <Chip tone="bad">{t("difference", { n: data.difference })}</Chip> : null}
    </>
  );
}

function TiersBody({ data, t }: { data: Overview; t: Translate }) {
  const [params] = useSearchParams();
  const list = params.get("list");
  return (
    <>
      <Card
        title={pick(data.definition.zh, data.definition.en)}
        note={pick(data.definition.sentence_zh, data.definition.sentence_en)}
      >
        <LadderPicture data={data} t={t} />
      </Card>
      <div className="ht-grid">
        <div className="ht-span-4">
          <Near data={data} t={t} />
        </div>
        <div className="ht-span-4">
          <Fall data={data} t={t} />
        </div>
        <div className="ht-span-4">
          <Moved data={data} t={t} />
        </div>
      </div>
      {list === null ? null : <TierMembers data={data} t={t} />}
      <div className="ht-grid">
        <div className="ht-span-7">
          <TierTable data={data} t={t} />
        </div>
        <div className="ht-span-5">
          <Ladders t={t} />
        </div>
      </div>
      <StageMatrix data={data} t={t} />
    </>
  );
}

const nameOf = (data: Overview, key: string): string => {
  const tier = data.tiers.find((row) => row.tier === key);
  return tier === undefined ? key : pick(tier.zh, tier.en);
};

interface PartProps {
  readonly data: Overview;
  readonly t: Translate;
}

/** Counts by tier, each the link to its members. */
function ByTiers({
  data,
  rows,
  link,
  note,
}: {
  data: Overview;
  rows: readonly ByTier[];
  link: (tier: string) => string;
  note?: (row: ByTier) => string;
}) {
  const order = (row: ByTier) => data.tiers.findIndex((tier) => tier.tier === row.tier);
  return (
    <dl className="ht-facts">
      {rows
        .toSorted((a, b) => order(b) - order(a))
        .map((row) => (
          <Fact key={row.tier} label={nameOf(data, row.tier)}>
            <Count value={row.members} to={link(row.tier)} label={nameOf(data, row.tier)} />
            {note === undefined ? null : <span className="ht-note"> {note(row)}</span>}
          </Fact>
        ))}
    </dl>
  );
}

const NEAR_PARTS = [20, 10, 4, 2] as const;

function Near({ data, t }: PartProps) {
  const { within, by_tier } = data.near;
  const first = data.tiers[1]?.entry_amount ?? 0;
  const choices = [...new Set([...NEAR_PARTS.map((part) => Math.max(1, Math.floor(first / part))), within])].toSorted(
    (a, b) => a - b,
  );
  return (
    <Card title={t("near.title")} note={t("near.note", { amount: amountText(data.definition, within, t, true) })}>
      {by_tier.length === 0 ? <p className="ht-note">{t("near.none")}</p> : null}
      <ByTiers data={data} rows={by_tier} link={(tier) => `?list=near&tier=${tier}&within=${within}`} />
      <p className="tr-choices">
        <span className="ht-note">{t("near.choose")}</span>
        {choices.map((amount) => (
          <Link
            key={amount}
            to={`?within=${amount}`}
            preventScrollReset
            aria-current={amount === within ? "true" : undefined}
          >
            {amountText(data.definition, amount, t, true)}
          </Link>
        ))}
      </p>
    </Card>
  );
}

function Fall({ data, t }: PartProps) {
  const { by_tier } = data.fall;
  return (
    <Card title={t("fall.title")} note={t("fall.note", { n: data.definition.grace_days })}>
      {by_tier.length === 0 ? <p className="ht-note">{t("fall.none")}</p> : null}
      <ByTiers
        data={data}
        rows={by_tier}
        link={(tier) => `?list=fall&tier=${tier}`}
        note={(row) =>
          t("fall.missing", {
            amount: amountText(data.definition, Math.round(row.amount / Math.max(1, row.members)), t),
          })
        }
      />
    </Card>
  );
}

function Moved({ data, t }: PartProps) {
  const { up, down, since_day } = data.moved;
  return (
    <Card title={t("moved.title")} note={t("moved.note", { day: formatDay(since_day) })}>
      <dl className="ht-facts">
        <Fact label={`▲ ${t("moved.up")}`}>
          <Count value={up} to="?list=moved&direction=up" label={t("moved.up")} />
        </Fact>
        <Fact label={`▼ ${t("moved.down")}`}>
          <Count value={down} to="?list=moved&direction=down" label={t("moved.down")} />
        </Fact>
      </dl>
      {up + down === 0 ? <p className="ht-note">{t("moved.none")}</p> : null}
    </Card>
  );
}

function TierTable({ data, t }: PartProps) {
  const spend = data.tiers.reduce((sum, row) => sum + row.spend_minor, 0);
  const columns: readonly Column<TierRow>[] = [
    { key: "tier", title: t("table.tier"), render: (row) => <strong>{pick(row.zh, row.en)}</strong> },
    {
      key: "members",
      title: t("table.members"),
      numeric: true,
      render: (row) => <Count value={row.members} to={`?list=tier&tier=${row.tier}`} label={pick(row.zh, row.en)} />,
    },
    {
      key: "spend",
      title: t("table.spend"),
      numeric: true,
      render: (row) => <Money minor={row.spend_minor} currency={data.definition.currency} />,
    },
    {
      key: "share",
      title: t("table.spend_share"),
      numeric: true,
      render: (row) => <Ratio value={spend === 0 ? null : row.spend_minor / spend} />,
    },
    {
      key: "each",
      title: t("table.per_buyer"),
      numeric: true,
      hide: "phone",
      render: (row) => (
        <Money
          minor={row.buyers === 0 ? null : Math.round(row.spend_minor / row.buyers)}
          currency={data.definition.currency}
        />
      ),
    },
    {
      key: "repeat",
      title: t("table.repeat"),
      numeric: true,
      render: (row) => <Ratio value={row.buyers === 0 ? null : row.repeat_buyers / row.buyers} />,
    },
  ];
  return (
    <Card title={t("table.title")} note={t("table.note")} flush>
      <DataTable label={t("table.title")} columns={columns} rows={data.tiers.toReversed()} rowKey={(row) => row.tier} />
    </Card>
  );
}

function NoTiers({ t }: { t: Translate }) {
  return (
    <Card>
      <EmptyState
        title={t("empty.title")}
        text={t("empty.text")}
        action={
          <Link to="/data/imports">
            <Button type="primary" tabIndex={-1}>
              {t("empty.action")}
            </Button>
          </Link>
        }
      />
    </Card>
  );
}

function TiersSkeleton() {
  return (
    <div className="ht-stack">
      <SkeletonBlock height={300} />
      <SkeletonTable rows={4} columns={6} />
    </div>
  );
}
