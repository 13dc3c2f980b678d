import { DownloadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import Button from "antd/es/button";
import { Link, useSearchParams } from "react-router";
import { Ratio } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonBlock } from "../../parts/states.tsx";
import { sayError } from "../../parts/toast.tsx";
import { formatCount, formatInstant, formatMoney, listText } from "../../texts/format.ts";
import { pick, useLanguage, useTexts } from "../../texts/texts.ts";
import type { TreeNode } from "./model/vocabulary.ts";
import { PortraitFacts } from "./portrait-facts.tsx";
import { fetchWorkbook, type Portrait, type Sitter, usePortrait, withCondition } from "./portrait-data.ts";
import { Preparing } from "./preparing.tsx";
import { usePreparation, useSegments } from "./segment-data.ts";
import "./portrait.css";
import "./texts.ts";

interface SegmentPortraitProps {
  readonly segmentId?: number | string | null | undefined;
  /** A condition that is not kept: a tree, or its JSON text. */
  readonly condition?: TreeNode | string | undefined;
}

function sitterOf({ segmentId, condition }: SegmentPortraitProps): Sitter | null {
  if (segmentId !== undefined && segmentId !== null) return { segment_id: Number(segmentId) };
  if (condition === undefined || condition === "") return null;
  return { condition: typeof condition === "string" ? (JSON.parse(condition) as TreeNode) : condition };
}

/** What is unusual about a group, said first and then shown, beside everybody or another segment. */
export function SegmentPortrait(props: SegmentPortraitProps) {
  const t = useTexts("segments");
  const [params, setParams] = useSearchParams();
  const sitter = sitterOf(props);
  const against = Number(params.get("against")) || null;
  const portrait = usePortrait(sitter, against);
  const compare = (value: string) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        if (value === "") next.delete("against");
        else next.set("against", value);
        return next;
      },
      { replace: true },
    );
  const copy = usePreparation(sitter !== null && portrait.data === undefined);
  if (sitter === null) return <EmptyState title={t("portrait.none_title")} text={t("portrait.none_text")} />;
  if (copy !== null)
    return (
      <Card title={t("portrait.title")}>
        <Preparing copy={copy} />
      </Card>
    );
  return (
    <div className="ht-stack pt-page">
      <Loaded query={portrait} skeleton={<SkeletonBlock height={520} />}>
        {(drawn) => (
          <>
            <Card
              title={t("portrait.title")}
              note={t("portrait.size", {
                n: formatCount(drawn.group.count),
                share: shareText(drawn.group.count, drawn.total),
              })}
              extra={<Acts sitter={sitter} against={against} portrait={drawn} onCompare={compare} />}
            >
              {drawn.state === "small" ? (
                <EmptyState small title={t("portrait.small_title")} text={t("portrait.small_text")} />
              ) : (
                <Said portrait={drawn} sitter={sitter} stale={portrait.isPlaceholderData} />
              )}
            </Card>
            {drawn.state === "small" ? null : <PortraitFacts portrait={drawn} sitter={sitter} />}
            <LeftOut portrait={drawn} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function shareText(part: number, whole: number): string {
  return whole === 0 ? "—" : `${((100 * part) / whole).toFixed(1)}%`;
}

interface ActsProps {
  readonly sitter: Sitter;
  readonly against: number | null;
  readonly portrait: Portrait;
  readonly onCompare: (value: string) => void;
}

function Acts({ sitter, against, portrait, onCompare }: ActsProps) {
  const t = useTexts("segments");
  const shared = useTexts();
  const others = (useSegments().data?.items ?? []).filter(
    ({ segment_id }) => !("segment_id" in sitter) || sitter.segment_id !== segment_id,
  );
  const workbook = useMutation({
    mutationFn: () => fetchWorkbook(sitter, against, `${t("portrait.file")}-${portrait.group.count}`),
    onError: (error) => sayError(error, shared("state.offline")),
  });
  return (
    <>
      <label className="pt-against">
        <span>{t("portrait.against")}</span>
        <select className="ht-select" value={against ?? ""} onChange={(event) => onCompare(event.target.value)}>
          <option value="">{t("portrait.everybody")}</option>
          {others.map(({ segment_id, name }) => (
            <option key={segment_id} value={segment_id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {portrait.state === "drawn" ? (
        <Button
          icon={<DownloadOutlined aria-hidden="true" />}
          loading={workbook.isPending}
          onClick={() => workbook.mutate()}
        >
          Excel
        </Button>
      ) : null}
    </>
  );
}

/** The deviations as sentences, and what the group bought. */
function Said({ portrait, sitter, stale }: { portrait: Portrait; sitter: Sitter; stale: boolean }) {
  const t = useTexts("segments");
  useLanguage();
  return (
    <div className={stale ? "pt-stale" : undefined} aria-busy={stale}>
      {portrait.sentences.length === 0 ? (
        <p className="pt-nothing">{t("portrait.nothing", { base: baseName(portrait) })}</p>
      ) : (
        <ol className="pt-said">
          {portrait.sentences.map((sentence) => (
            <li key={sentence.fact}>
              <span className={`pt-sign pt-sign-${sentence.direction}`} aria-hidden="true">
                {sentence.direction === "more" ? "▲" : "▼"}
              </span>
              <Link to={withCondition(sitter, sentence.condition)} title={t("portrait.add")}>
                {pick(sentence.zh, sentence.en)}
              </Link>
            </li>
          ))}
        </ol>
      )}
      <Orders portrait={portrait} />
      <p className="ht-note">
        {t("portrait.basis", { as_of: formatInstant(portrait.as_of), base: formatInstant(portrait.base_as_of) })}
      </p>
    </div>
  );
}

function baseName({ base }: Portrait): string {
  return pick(base.zh, base.en);
}

function Orders({ portrait }: { portrait: Portrait }) {
  const t = useTexts("segments");
  const { orders } = portrait;
  if (orders === null) return null;
  const base = baseName(portrait);
  const share = (bp: number | null) => (bp === null ? null : bp / 10_000);
  return (
    <dl className="pt-orders">
      <div>
        <dt>{t("portrait.net")}</dt>
        <dd>{formatMoney(orders.net_fen, "CNY", true)}</dd>
        <dd className="ht-note">
          {t("portrait.of", { base })} <Ratio value={share(orders.net_share_bp)} />
        </dd>
      </div>
      <div>
        <dt>{t("portrait.orders")}</dt>
        <dd>{formatCount(orders.orders)}</dd>
        <dd className="ht-note">
          {t("portrait.of", { base })} <Ratio value={share(orders.orders_share_bp)} />
        </dd>
      </div>
      <div>
        <dt>{t("portrait.per_member")}</dt>
        <dd>{formatMoney(orders.net_per_member_fen)}</dd>
        <dd className="ht-note">
          {t("portrait.base_is", { base, value: formatMoney(orders.base_net_per_member_fen) })}
        </dd>
      </div>
    </dl>
  );
}

/** What is not compared, and why. */
function LeftOut({ portrait }: { portrait: Portrait }) {
  const t = useTexts("segments");
  useLanguage();
  const named = (reason: string) =>
    listText(portrait.left_out.filter((one) => one.reason === reason).map((one) => pick(one.zh, one.en)));
  const personal = named("personal");
  return (
    <p className="ht-note">
      {personal === "" ? null : t("portrait.left_out", { tags: personal })} {t("portrait.small_cells")}
    </p>
  );
}
