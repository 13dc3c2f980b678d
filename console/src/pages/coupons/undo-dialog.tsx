import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Instant, Money } from "../../parts/figures.tsx";
import { TextField } from "../../parts/form.tsx";
import { Loaded } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { type Issuance, type UsedCoupon, useCouponAct, useIssuance } from "./coupons-data.ts";

/** What would be taken back of an issuance, and what orders have of it already. */
export function UndoDialog({
  issuance,
  currency,
  onClose,
}: {
  issuance: Issuance;
  currency: string;
  onClose: () => void;
}) {
  const t = useTexts("coupons");
  const grant = useCan("benefits.grant");
  const [reason, setReason] = useState("");
  const query = useIssuance(issuance.issuance_id);
  const undo = useCouponAct(
    () => api.post(`/api/coupons/issuances/${issuance.issuance_id}/undo`, { reason: reason.trim() }),
    { done: t("done.undo"), onDone: onClose },
  );
  const may = grant && (issuance.state === "done" || issuance.state === "cancelled");
  const columns: readonly Column<UsedCoupon>[] = [
    { key: "order", title: t("column.order"), wrap: true, render: (row) => row.order_reference },
    {
      key: "owner",
      title: t("column.owner"),
      render: (row) => (row.owner === null ? t("nobody") : <Link to={`/members/${row.owner}`}>#{row.owner}</Link>),
    },
    {
      key: "discount",
      title: t("column.cost"),
      numeric: true,
      render: (row) => <Money minor={row.discount_minor} currency={currency} />,
    },
    { key: "at", title: t("column.at"), hide: "phone", render: (row) => <Instant at={row.made_at} /> },
  ];
  return (
    <Dialog
      open
      wide
      title={may ? t("act.undo") : t("undo.see")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("shared:act.close")}</Button>
          {may ? (
            <Button
              type="primary"
              danger
              disabled={reason.trim().length < 2}
              loading={undo.isPending}
              onClick={() => undo.mutate(undefined)}
            >
              {t("act.undo")}
            </Button>
          ) : null}
        </>
      }
    >
      <Loaded query={query} small>
        {({ states, used, next_after }) => (
          <div className="ht-stack">
            <p>
              {states.map((one) => `${t(`state.${one.state}`)} ${formatCount(one.coupons)}`).join("，") ||
                t("codes.empty")}
            </p>
            {may ? (
              <p>{t("undo.text", { n: formatCount(states.find((one) => one.state === "issued")?.coupons ?? 0) })}</p>
            ) : null}
            {may ? (
              <TextField
                label={t("shared:act.reason")}
                hint={t("undo.reason_hint")}
                value={reason}
                onChange={setReason}
              />
            ) : null}
            {used.length === 0 ? (
              <p className="ht-note">{t("undo.none_used")}</p>
            ) : (
              <>
                <h3>{t("undo.used")}</h3>
                <DataTable label={t("undo.used")} columns={columns} rows={used} rowKey={(row) => row.issued_id} />
                {next_after === null ? null : <p className="ht-note">{t("undo.more")}</p>}
              </>
            )}
          </div>
        )}
      </Loaded>
    </Dialog>
  );
}
