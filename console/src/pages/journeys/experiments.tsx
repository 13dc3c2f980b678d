import { DownloadOutlined, ExperimentOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import Button from "antd/es/button";
import { Link } from "react-router";
import { api, withQuery } from "../../api/client.ts";
import { Bar } from "../../parts/bar.tsx";
import { Chip } from "../../parts/chips.tsx";
import { Count, Instant, Ratio } from "../../parts/figures.tsx";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { currentLanguage, pick, type Translate, useTexts } from "../../texts/texts.ts";
import "./journeys.css";
import "./texts.ts";

interface Variant {
  readonly variant: string;
  readonly members: number;
  readonly expected: number;
  readonly percent: number | null;
}

interface Experiment {
  readonly experiment: string;
  readonly kind: "ab" | "hold_out";
  readonly places: readonly {
    readonly journey: string;
    readonly zh: string;
    readonly en: string;
    readonly version: number;
    readonly node: string | null;
  }[];
  readonly variants: readonly Variant[];
  readonly members: number;
  readonly first_at: string | null;
  readonly last_at: string | null;
  readonly chi_square: number | null;
  readonly chance: number | null;
  readonly mismatch: boolean;
}

const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);

/** What a test of the ratio says; nothing where too few were shown anything. */
function Verdict({ one, t }: { readonly one: Experiment; readonly t: Translate }) {
  if (one.members === 0) return <Chip>{t("experiments.nobody")}</Chip>;
  if (one.chance === null) return <Chip>{t("experiments.too_few")}</Chip>;
  return one.mismatch ? (
    <Chip tone="bad">{t("experiments.mismatch")}</Chip>
  ) : (
    <Chip tone="good">{t("experiments.fits")}</Chip>
  );
}

function nameOf({ experiment, kind, places: [place] }: Experiment, t: Translate): string {
  if (kind === "ab" || place === undefined) return experiment;
  return t("experiments.hold_out_of", { name: pick(place.zh, place.en) });
}

function variantName(kind: Experiment["kind"], variant: string, t: Translate): string {
  return kind === "hold_out" ? t(`experiments.variant.${variant}`) : variant;
}

function ExperimentCard({ one, t }: { readonly one: Experiment; readonly t: Translate }) {
  return (
    <Card
      title={nameOf(one, t)}
      {...(one.kind === "ab" ? { note: t("experiments.ab") } : {})}
      extra={<Verdict one={one} t={t} />}
    >
      <p className="ht-note jo-places">
        {one.places.map(({ journey, zh, en, node, version }) => (
          <Link key={`${journey} ${node}`} to={`/journeys/${journey}`}>
            {pick(zh, en)}
            {node === null ? "" : ` · ${node}`} · {t("version", { n: version })}
          </Link>
        ))}
      </p>
      <ul className="jo-variants">
        {one.variants.map(({ variant, members, percent }) => {
          const part = share(members, one.members);
          const name = variantName(one.kind, variant, t);
          return (
            <li key={variant}>
              <b>{name}</b>
              <Bar
                part={part ?? 0}
                label={t("experiments.share_of", { name })}
                tone={one.mismatch ? "bad" : "accent"}
              />
              <span className="jo-variant-figures">
                <span>
                  <Count value={members} unit={t("people")} />
                </span>
                <Ratio value={part} />
                <small className="ht-note">
                  {percent === null ? t("experiments.no_more") : t("experiments.set", { n: percent })}
                </small>
              </span>
            </li>
          );
        })}
      </ul>
      {one.mismatch ? <p className="jo-mismatch">{t("experiments.mismatch_text")}</p> : null}
      {one.first_at === null ? null : (
        <p className="ht-note">
          {t("experiments.members", { n: formatCount(one.members) })} · <Instant at={one.first_at} /> –{" "}
          <Instant at={one.last_at} />
          {one.chi_square === null ? null : ` · χ² ${one.chi_square.toFixed(2)}`}
        </p>
      )}
    </Card>
  );
}

/** A/B nodes and hold-outs of all journeys: whom they showed what, and whether the shares are those that were set. */
export function ExperimentsPage() {
  const t = useTexts("journeys");
  const query = useQuery({
    queryKey: ["journeys", "experiments"],
    queryFn: ({ signal }) => api.get<{ items: readonly Experiment[] }>("/api/experiments", {}, signal),
  });
  const file = (
    <Button
      icon={<DownloadOutlined />}
      href={withQuery("/api/experiments/experiments.xlsx", { language: currentLanguage() })}
    >
      {t("experiments.excel")}
    </Button>
  );
  return (
    <div className="ht-page">
      <PageHeader title={t("experiments.title")} note={t("experiments.note")} actions={file} />
      <Loaded query={query} skeleton={<SkeletonTable columns={3} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Card>
              <EmptyState
                icon={<ExperimentOutlined />}
                title={t("experiments.empty")}
                text={t("experiments.empty_text")}
              />
            </Card>
          ) : (
            <div className="jo-experiments">
              {items.map((one) => (
                <ExperimentCard key={`${one.kind} ${one.experiment}`} one={one} t={t} />
              ))}
            </div>
          )
        }
      </Loaded>
    </div>
  );
}
