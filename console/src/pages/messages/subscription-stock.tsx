import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { Count, Fact, RelativeTime } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { useSubscriptions } from "./messages-data.ts";
import "./messages.css";
import "./texts.ts";

/** How many messages members have agreed to get by a template of WeChat and have not got yet. */
export function SubscriptionCard({ template, service_template }: { template: string; service_template: string }) {
  const t = useTexts("messages");
  const { data } = useSubscriptions();
  if (data === undefined) return null;
  const stock = data.items.find((one) => one.service_template === service_template);
  const { members = 0, left = 0, spent = 0, accepted_7d = 0, members_ever = 0 } = stock ?? {};
  return (
    <Card title={t("stock.title")} note={t("stock.note")}>
      <dl className="ms-facts">
        <Fact label={t("stock.members")}>
          <Count value={members} unit={t("stock.unit_members")} />
        </Fact>
        <Fact label={t("stock.left")}>
          <Count value={left} unit={t("stock.unit_messages")} />
        </Fact>
        <Fact label={t("stock.accepted_7d")}>
          <Count value={accepted_7d} unit={t("stock.unit_messages")} />
        </Fact>
        <Fact label={t("stock.spent")}>
          <Count value={spent} unit={t("stock.unit_messages")} />
        </Fact>
        <Fact label={t("stock.held")}>
          <Link to={`/messages?template=${template}&reason=no_subscription`}>{t("stock.look")}</Link>
        </Fact>
      </dl>
      {members_ever === 0 ? <p className="ht-note">{t("stock.nobody")}</p> : null}
    </Card>
  );
}

interface MemberStock {
  readonly service_template: string;
  readonly templates: readonly { readonly template: string; readonly name: string }[];
  readonly left: number;
  readonly spent: number;
  readonly last_word: "accepted" | "refused" | "ended";
  readonly last_at: string;
}

/** What one member has left of each template; nothing where they were never asked. */
export function MemberSubscriptionsCard({ memberId }: { memberId: string }) {
  const t = useTexts("messages");
  const { data } = useQuery({
    queryKey: ["members", memberId, "subscriptions"],
    queryFn: ({ signal }) =>
      api.get<{ items: readonly MemberStock[] }>(`/api/members/${memberId}/subscriptions`, {}, signal),
  });
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Card title={t("stock.member_title")} note={t("stock.member_note")}>
      <ul className="ms-stock">
        {data.items.map((one) => (
          <li key={one.service_template}>
            <span className="ms-wrap">
              {one.templates.length === 0 ? (
                <code className="ht-code">{one.service_template}</code>
              ) : (
                one.templates.map(({ template, name }, at) => (
                  <span key={template}>
                    {at === 0 ? "" : "、"}
                    <Link to={`/templates/${template}`}>{name === "" ? template : name}</Link>
                  </span>
                ))
              )}
            </span>
            <b>{t("stock.left_n", { n: formatCount(one.left) })}</b>
            <span className="ht-note">
              {t(`stock.word_${one.last_word}`)} <RelativeTime at={one.last_at} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
