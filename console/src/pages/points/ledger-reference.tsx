import { Link } from "react-router";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState, Loaded, SkeletonTable } from "../../parts/states.tsx";
import type { Translate } from "../../texts/texts.ts";
import { LedgerLines } from "./ledger-lines.tsx";
import { useTransfers } from "./member-points-data.ts";
import { usePointsOverview } from "./points-data.ts";
import { readReference } from "./reference-words.ts";
import { useReferenceWords } from "./use-words.ts";

/** Every movement for one order under a rule, one redemption, one act by hand; with the way to whom it concerns. */
export function ReferenceCard({ reference, t }: { reference: string; t: Translate }) {
  const query = useTransfers(reference);
  const words = useReferenceWords(usePointsOverview().data?.rules);
  const read = readReference(reference);
  const owner = read.kind === "order" || read.kind === "event" ? read.owner : undefined;
  return (
    <Card
      title={words(reference)}
      note={<code>{reference}</code>}
      extra={
        owner === undefined ? undefined : (
          <Link to={`/members/${owner}${read.kind === "order" ? "?kinds=trade" : ""}`}>
            {t(read.kind === "order" ? "ledger.to_order" : "ledger.to_member")}
          </Link>
        )
      }
      flush
    >
      <Loaded query={query} skeleton={<SkeletonTable rows={2} columns={4} />} small>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState small title={t("ledger.no_transfers")} text={t("ledger.no_transfers_text")} />
          ) : (
            <LedgerLines lines={items} reference={reference} label={words(reference)} t={t} />
          )
        }
      </Loaded>
    </Card>
  );
}
