import { Link } from "react-router";
import { CopyText } from "../../parts/copy-text.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { Fact, Instant, Money } from "../../parts/figures.tsx";
import { formatCount } from "../../texts/format.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import { Fate, SourceWord } from "./log-words.tsx";
import { type Logged, nameOf } from "./messages-data.ts";

/** One message: what became of it and why, in a sentence, with all that is known of its way. */
export function MessageDialog({ row, onClose }: { row: Logged; onClose: () => void }) {
  const t = useTexts("messages");
  const why = pick(row.why_zh, row.why_en);
  return (
    <Dialog open place="side" title={t("log.message_n", { n: row.message_id })} onClose={onClose}>
      <div className="ht-stack">
        <Fate row={row} />
        <p className="ms-sentence">
          {row.reason === null
            ? t(row.delivery === null ? `fate.${row.state}` : `fate.${row.delivery}`)
            : row.state === "waiting" || row.state === "held"
              ? why
              : `${t(`fate.${row.state}`)}${why}`}
        </p>
        <dl className="ms-facts">
          <Fact label={t("log.member")}>
            <Link to={`/members/${row.member_id}`}>{row.name_masked ?? `#${row.member_id}`}</Link>
          </Fact>
          <Fact label={t("log.template")}>
            <Link to={`/templates/${row.template}${row.version === null ? "" : `?version=${row.version}`}`}>
              {nameOf({ template: row.template, name: row.template_name })}
              {row.version === null ? "" : ` · ${t("version_n", { n: row.version })}`}
            </Link>
          </Fact>
          <Fact label={t("field.channel")}>{t(`channel.${row.channel}`)}</Fact>
          <Fact label={t("log.source")}>
            <SourceWord row={row} /> <span className="ht-note ht-code">{row.effect_key}</span>
          </Fact>
          <Fact label={t("log.requested")}>
            <Instant at={row.requested_at} seconds />
          </Fact>
          {row.at === null ? (
            <Fact label={t("log.due")}>
              <Instant at={row.due_at} seconds />
            </Fact>
          ) : (
            <Fact label={t("log.ended")}>
              <Instant at={row.at} seconds />
            </Fact>
          )}
          {row.parts === 0 ? null : (
            <Fact label={t("log.cost")}>
              {t("log.parts", { n: formatCount(row.parts) })} · <Money minor={row.cost_minor} />
            </Fact>
          )}
          <Delivery row={row} />
          {row.service_code === null ? null : (
            <Fact label={t("log.code")}>
              <span className="ht-code">{row.service_code}</span>
            </Fact>
          )}
        </dl>
        <div className="ht-row">
          <Link to={`/messages?member_id=${row.member_id}`}>{t("log.all_of_member")}</Link>
          <Link to={`/messages?template=${row.template}`}>{t("log.all_of_template")}</Link>
        </div>
        <CopyText
          label={t("log.link")}
          text={`${window.location.origin}/messages?message_id=${row.message_id}&open=${row.message_id}`}
        />
      </div>
    </Dialog>
  );
}

function Delivery({ row: { delivery, delivery_at, delivery_code } }: { row: Logged }) {
  const t = useTexts("messages");
  if (delivery === null) return null;
  return (
    <Fact label={t("log.delivery")}>
      {t(`delivery.${delivery}`)} · <Instant at={delivery_at} seconds />
      {delivery_code === null || delivery_code === "" ? null : (
        <span className="ht-note ht-code"> {delivery_code}</span>
      )}
    </Fact>
  );
}
