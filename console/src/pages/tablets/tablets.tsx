import Button from "antd/es/button";
import { useState } from "react";
import { AddedList } from "../../parts/added-list.tsx";
import { Chip, StatusDot, type Tone } from "../../parts/chips.tsx";
import { DataTable } from "../../parts/data-table.tsx";
import { RelativeTime } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { formatInstant, listText } from "../../texts/format.ts";
import { addTexts, useTexts } from "../../texts/texts.ts";
import { CodeDialog, PinLinkDialog } from "./code-dialog.tsx";
import en from "./en.json";
import { MakeDialog } from "./make-dialog.tsx";
import {
  type BindingCode,
  type Clerk,
  endTablet,
  pinLink,
  renewCode,
  type Tablet,
  type Tablets,
  takePin,
  useTabletAct,
  useTablets,
} from "./tablets-data.ts";
import "./tablets.css";
import zh from "./zh.json";

addTexts("tablets", { zh, en });

const TONES: Readonly<Record<Tablet["state"], Tone>> = {
  bound: "good",
  waiting: "warn",
  expired: "bad",
  revoked: "neutral",
};

const isAhead = (at: string | null): boolean => at !== null && new Date(at).getTime() > Date.now();

interface AskedTwiceProps {
  readonly act: string;
  /** What it is about, for screen readers. */
  readonly label: string;
  readonly sure: string;
  readonly busy: boolean;
  readonly onAct: () => void;
}

/** What cannot be taken back is asked once more, where it stands. */
function AskedTwice({ act, label, sure: question, busy, onAct }: AskedTwiceProps) {
  const [sure, setSure] = useState(false);
  return sure ? (
    <Button size="small" type="primary" danger loading={busy} onClick={onAct}>
      {question}
    </Button>
  ) : (
    <Button size="small" aria-label={label} onClick={() => setSure(true)}>
      {act}
    </Button>
  );
}

function TabletActs({ tablet, onCode }: { tablet: Tablet; onCode: (made: BindingCode) => void }) {
  const t = useTexts("tablets");
  const renew = useTabletAct(renewCode, (made) => {
    onCode(made);
    return null;
  });
  const end = useTabletAct(endTablet, () => t("ended"));
  if (tablet.state === "revoked") return null;
  return (
    <span className="ht-tablet-acts">
      <Button size="small" loading={renew.isPending} onClick={() => renew.mutate(tablet.tablet_id)}>
        {t("again")}
      </Button>
      <AskedTwice
        act={t("end")}
        label={t("end_one", { name: tablet.name })}
        sure={t("end_sure")}
        busy={end.isPending}
        onAct={() => end.mutate(tablet.tablet_id)}
      />
    </span>
  );
}

function TabletTable({ data, onCode }: { data: Tablets; onCode: (made: BindingCode) => void }) {
  const t = useTexts("tablets");
  const names = new Map(data.stores.map((one) => [one.store_code, one.name]));
  return (
    <DataTable
      label={t("title")}
      rows={data.items}
      rowKey={(tablet) => tablet.tablet_id}
      rowTone={(tablet) => (tablet.state === "revoked" ? "quiet" : undefined)}
      empty={<EmptyState title={t("empty")} text={t("empty_text")} />}
      columns={[
        {
          key: "store",
          title: t("store"),
          render: (tablet) => (
            <span className="ht-cell-two">
              <span>{names.get(tablet.store_code) ?? tablet.store_code}</span>
              <small>{tablet.name}</small>
            </span>
          ),
        },
        {
          key: "state",
          title: t("state"),
          render: (tablet) => (
            <>
              <StatusDot tone={TONES[tablet.state]}>{t(`states.${tablet.state}`)}</StatusDot>{" "}
              {tablet.locked_until === null ? null : <Chip tone="bad">{t("locked")}</Chip>}
            </>
          ),
        },
        {
          key: "last",
          title: t("last"),
          hide: "phone",
          render: (tablet) => tablet.last_person ?? <span className="ht-none">—</span>,
        },
        {
          key: "seen",
          title: t("seen"),
          hide: "phone",
          render: (tablet) => <RelativeTime at={tablet.last_seen_at} real />,
        },
        {
          key: "expires",
          title: t("expires"),
          hide: "tablet",
          render: (tablet) =>
            tablet.expires_at === null ? (
              <span className="ht-none">—</span>
            ) : (
              formatInstant(tablet.expires_at, { day: true })
            ),
        },
        { key: "by", title: t("by"), hide: "tablet", render: (tablet) => tablet.made_by_name },
        {
          key: "act",
          title: "",
          numeric: true,
          render: (tablet) => <TabletActs tablet={tablet} onCode={onCode} />,
        },
      ]}
    />
  );
}

function ClerkActs({ clerk, onLink }: { clerk: Clerk; onLink: (link: { name: string; link: string }) => void }) {
  const t = useTexts("tablets");
  const link = useTabletAct(pinLink, (made) => {
    onLink({ name: clerk.name, link: made.link });
    return null;
  });
  const take = useTabletAct(takePin, () => t("pin_taken"));
  return (
    <span className="ht-tablet-acts">
      <Button size="small" loading={link.isPending} onClick={() => link.mutate(clerk.person_id)}>
        {t("make_link")}
      </Button>
      {clerk.pin_set_at === null ? null : (
        <AskedTwice
          act={t("take")}
          label={t("take_one", { name: clerk.name })}
          sure={t("take_sure")}
          busy={take.isPending}
          onAct={() => take.mutate(clerk.person_id)}
        />
      )}
    </span>
  );
}

function ClerksCard({ data, onLink }: { data: Tablets; onLink: (link: { name: string; link: string }) => void }) {
  const t = useTexts("tablets");
  const names = new Map(data.stores.map((one) => [one.store_code, one.name]));
  return (
    <Card flush title={t("clerks")} note={t("clerks_note")}>
      <DataTable
        label={t("clerks")}
        rows={data.clerks}
        rowKey={(clerk) => clerk.person_id}
        empty={<EmptyState title={t("clerks_empty")} text={t("clerks_empty_text")} />}
        columns={[
          { key: "name", title: t("clerk"), render: (clerk) => clerk.name },
          {
            key: "stores",
            title: t("stores"),
            hide: "phone",
            wrap: true,
            render: (clerk) => listText(clerk.stores.map((code) => names.get(code) ?? code)),
          },
          {
            key: "pin",
            title: "PIN",
            render: (clerk) =>
              isAhead(clerk.pin_locked_until) ? (
                <StatusDot tone="bad">{t("locked")}</StatusDot>
              ) : (
                <StatusDot tone={clerk.pin_set_at === null ? "warn" : "good"}>
                  {t(clerk.pin_set_at === null ? "pin_none" : "pin_set")}
                </StatusDot>
              ),
          },
          {
            key: "act",
            title: "",
            numeric: true,
            render: (clerk) => <ClerkActs clerk={clerk} onLink={onLink} />,
          },
        ]}
      />
    </Card>
  );
}

/** Tablets of one's own stores, and the PINs of their clerks. */
export function TabletsPage() {
  const t = useTexts("tablets");
  const query = useTablets();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<BindingCode | null>(null);
  const [link, setLink] = useState<{ name: string; link: string } | null>(null);
  return (
    <AddedList
      title={t("title")}
      note={t("note")}
      add={t("add")}
      ready={({ stores }) => stores.length > 0}
      onAdd={() => setAdding(true)}
      query={query}
      columns={5}
      list={(data) => <TabletTable data={data} onCode={setMade} />}
    >
      {query.data ? <ClerksCard data={query.data} onLink={setLink} /> : null}
      {adding && query.data ? (
        <MakeDialog
          data={query.data}
          onClose={() => setAdding(false)}
          onMade={(code) => {
            setAdding(false);
            setMade(code);
          }}
        />
      ) : null}
      {made === null ? null : <CodeDialog made={made} onClose={() => setMade(null)} />}
      {link === null ? null : <PinLinkDialog {...link} onClose={() => setLink(null)} />}
    </AddedList>
  );
}
