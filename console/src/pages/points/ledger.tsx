import { type FormEvent, useEffect, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useCan } from "../../api/session.ts";
import { Card, PageHeader } from "../../parts/page-header.tsx";
import { usePaused } from "../../parts/paused.ts";
import { EmptyState, Loaded, SkeletonText } from "../../parts/states.tsx";
import { type Translate, useTexts } from "../../texts/texts.ts";
import { useMemberSearch } from "../members/member-data.ts";
import { LotCard } from "./ledger-lot.tsx";
import { ReferenceCard } from "./ledger-reference.tsx";
import { WalletCard } from "./ledger-wallet.tsx";
import "./points.css";
import "./texts.ts";

/** From a balance to its lots, to every movement, to the order behind it, and back; the address says where one is. */
export function LedgerPage() {
  const t = useTexts("points");
  const [params] = useSearchParams();
  const member = params.get("member") ?? "";
  const lot = params.get("lot") ?? "";
  const reference = params.get("reference") ?? "";
  return (
    <div className="ht-page">
      <PageHeader title={t("ledger.title")} note={t("ledger.note")} />
      <div className="ht-grid">
        <div className="ht-span-5 ht-stack">
          <Finder t={t} />
          {member === "" ? null : <WalletCard memberId={member} lot={lot} t={t} />}
        </div>
        <div className={`ht-span-7 ht-stack po-opened${lot === "" && reference === "" ? "" : " po-opened-first"}`}>
          {reference === "" ? null : <ReferenceCard reference={reference} t={t} />}
          {lot === "" ? null : <LotCard lot={lot} t={t} />}
          {lot === "" && reference === "" ? (
            <Card>
              <EmptyState
                title={t(member === "" ? "ledger.empty_title" : "ledger.choose_title")}
                text={t(member === "" ? "ledger.empty_text" : "ledger.choose_text")}
              />
            </Card>
          ) : null}
        </div>
      </div>
    </div>
  );
}

/** One field: a member by what one knows of them, or a reference as it stands in the ledger. */
function Finder({ t }: { t: Translate }) {
  const [params, setParams] = useSearchParams();
  const search = useCan("members.search");
  const asked = params.get("q") ?? "";
  const [typed, setTyped] = useState(asked);
  const settled = usePaused(typed.trim());
  const isReference = settled.includes(":");
  useEffect(() => {
    if (settled === asked) return;
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        if (settled === "") next.delete("q");
        else next.set("q", settled);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  }, [settled, asked, setParams]);
  const look = (event: FormEvent) => {
    event.preventDefault();
    if (isReference) setParams({ q: settled, reference: settled });
  };
  return (
    <Card>
      <form className="po-finder" role="search" onSubmit={look}>
        <input
          className="ht-input"
          type="search"
          aria-label={t("ledger.find")}
          placeholder={t("ledger.placeholder")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </form>
      {isReference ? (
        <p className="ht-note">
          <Link to={`?${new URLSearchParams({ q: settled, reference: settled }).toString()}`}>
            {t("ledger.by_reference", { reference: settled })}
          </Link>
        </p>
      ) : null}
      {settled === "" || isReference || !search ? null : <Found text={settled} t={t} />}
    </Card>
  );
}

function Found({ text, t }: { text: string; t: Translate }) {
  const query = useMemberSearch(text);
  const words = useTexts("members");
  return (
    <Loaded query={query} skeleton={<SkeletonText lines={2} />} small>
      {({ items }) =>
        items.length === 0 ? (
          <p className="ht-note">{t("ledger.nobody")}</p>
        ) : (
          <ul className="po-found">
            {items.slice(0, 8).map((one) => (
              <li key={one.member_id}>
                <Link to={`?${new URLSearchParams({ q: text, member: String(one.member_id) }).toString()}`}>
                  {one.name_masked ?? t("member_no", { n: one.member_id })}
                </Link>{" "}
                <span className="ht-note">
                  {one.phone_masked ?? words("list.no_phone")} · {t("member_no", { n: one.member_id })}
                </span>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
