import Button from "antd/es/button";
import { useState } from "react";
import { canUsePasskeys } from "../../api/passkeys.ts";
import type { Factor, Security } from "../../api/security.ts";
import { Chip } from "../../parts/chips.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { RelativeTime } from "../../parts/figures.tsx";
import { Card } from "../../parts/page-header.tsx";
import { EmptyState } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { AddPasskey, AddTotp, ShowCodes } from "./factor-dialogs.tsx";
import { removeFactor, renewRecoveryCodes, useAct, useRenewSecurity } from "./security-data.ts";

type Open =
  | { readonly what: "totp" | "passkey" | "renew" }
  | { readonly what: "remove"; readonly factor: Factor }
  | null;

function useColumns(onRemove: (factor: Factor) => void): readonly Column<Factor>[] {
  const t = useTexts("security");
  return [
    {
      key: "name",
      title: t("factors.name"),
      render: ({ name, kind, synced }) => (
        <>
          {name} <Chip>{t(`factors.kind.${kind}`)}</Chip>
          {synced === true ? <span className="ht-note"> {t("factors.synced")}</span> : null}
        </>
      ),
    },
    {
      key: "added",
      title: t("factors.added"),
      hide: "phone",
      render: ({ created_at }) => <RelativeTime at={created_at} real />,
    },
    {
      key: "used",
      title: t("factors.used"),
      render: ({ last_used_at }) =>
        last_used_at === null ? t("factors.never") : <RelativeTime at={last_used_at} real />,
    },
    {
      key: "act",
      title: "",
      numeric: true,
      render: (factor) => (
        <Button size="small" onClick={() => onRemove(factor)}>
          {t("factors.remove")}
        </Button>
      ),
    },
  ];
}

/** Second factors and recovery codes. */
export function FactorsCard({ security }: { security: Security }) {
  const t = useTexts("security");
  const [open, setOpen] = useState<Open>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const renew = useRenewSecurity();
  const close = () => setOpen(null);
  const added = (made: readonly string[] | null) => {
    close();
    setCodes(made);
    void renew();
  };
  const { factors, required, recovery_codes_left: left } = security;
  const columns = useColumns((factor) => setOpen({ what: "remove", factor }));
  return (
    <Card
      title={t("factors.title")}
      note={required ? t("factors.required") : undefined}
      flush={factors.length > 0}
      extra={
        <>
          <Button type={factors.length === 0 ? "primary" : "default"} onClick={() => setOpen({ what: "totp" })}>
            {t("factors.add_totp")}
          </Button>
          <Button
            disabled={!canUsePasskeys()}
            title={canUsePasskeys() ? "" : t("factors.no_passkeys")}
            onClick={() => setOpen({ what: "passkey" })}
          >
            {t("factors.add_passkey")}
          </Button>
        </>
      }
    >
      <DataTable
        label={t("factors.title")}
        columns={columns}
        rows={factors}
        rowKey={({ factor_id }) => factor_id}
        empty={<EmptyState small title={t("factors.none")} text={t("factors.none_text")} />}
      />
      {factors.length === 0 ? null : (
        <p className="ht-codes-line">
          <strong>{t("codes.title")}</strong> {left === 0 ? t("codes.none") : t("codes.left", { count: left })}{" "}
          <Button size="small" onClick={() => setOpen({ what: "renew" })}>
            {t("codes.renew")}
          </Button>
        </p>
      )}
      {open?.what === "totp" ? <AddTotp onClose={close} onAdded={added} /> : null}
      {open?.what === "passkey" ? <AddPasskey onClose={close} onAdded={added} /> : null}
      {open?.what === "remove" ? <Remove factor={open.factor} onClose={close} /> : null}
      {open?.what === "renew" ? <Renew onClose={close} onMade={added} /> : null}
      {codes === null ? null : <ShowCodes codes={codes} onClose={() => setCodes(null)} />}
    </Card>
  );
}

function Remove({ factor, onClose }: { factor: Factor; onClose: () => void }) {
  const t = useTexts("security");
  const act = useAct(removeFactor, () => t("factors.removed"));
  return (
    <Dialog
      open
      title={t("factors.remove")}
      onClose={onClose}
      footer={
        <Button danger loading={act.isPending} onClick={() => act.mutate(factor.factor_id, { onSettled: onClose })}>
          {t("factors.remove")}
        </Button>
      }
    >
      <p>{t("factors.remove_sure", { name: factor.name })}</p>
    </Dialog>
  );
}

function Renew({ onClose, onMade }: { onClose: () => void; onMade: (codes: readonly string[]) => void }) {
  const t = useTexts("security");
  const act = useAct(renewRecoveryCodes, () => undefined);
  return (
    <Dialog
      open
      title={t("codes.renew")}
      onClose={onClose}
      footer={
        <Button
          type="primary"
          loading={act.isPending}
          onClick={() =>
            act.mutate(undefined, { onSuccess: ({ recovery_codes }) => onMade(recovery_codes), onError: onClose })
          }
        >
          {t("codes.renew")}
        </Button>
      }
    >
      <p>{t("codes.renew_sure")}</p>
    </Dialog>
  );
}
