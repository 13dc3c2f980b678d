import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { FormError, SelectField, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";
import { useTrustAct } from "../trust-risks/trust-data.ts";
import type { Channel } from "./alerts.tsx";

const KINDS = ["wecom", "dingtalk", "feishu", "mail"] as const;

interface WhereProps {
  readonly kind: string;
  readonly address: string;
  readonly setAddress: (text: string) => void;
  readonly secret: string;
  readonly setSecret: (text: string) => void;
  readonly fresh: boolean;
}

/** Where a robot is and how its calls are signed; mail has neither. */
function Where({ kind, address, setAddress, secret, setSecret, fresh }: WhereProps) {
  const t = useTexts("trust-alerts");
  if (kind === "mail") return <p className="ht-note">{t("mail_hint")}</p>;
  return (
    <>
      <TextField
        label={fresh ? t("address") : t("new_address")}
        value={address}
        onChange={setAddress}
        required={fresh}
        hint={t(`address_hint.${kind}`)}
      />
      {kind === "wecom" ? null : (
        <TextField
          label={t("secret")}
          type="password"
          autoComplete="new-password"
          value={secret}
          onChange={setSecret}
          required={false}
          hint={t("secret_hint")}
        />
      )}
    </>
  );
}

interface Typed {
  readonly kind: string;
  readonly name: string;
  readonly level_min: string;
  readonly enabled: string;
  readonly address: string;
  readonly secret: string;
}

function useSaving(channel: Channel | null, typed: Typed, onClose: () => void) {
  const { kind, name, level_min, enabled, address, secret } = typed;
  const where = address === "" ? {} : { address, ...(secret === "" ? {} : { secret }) };
  const save = useTrustAct(
    () =>
      channel === null
        ? api.post("/api/trust/channels", { kind, name, level_min, ...where })
        : api.patch(`/api/trust/channels/${channel.channel_id}`, {
            name,
            level_min,
            enabled: enabled === "on",
            ...where,
          }),
    onClose,
  );
  const remove = useTrustAct(() => api.delete(`/api/trust/channels/${channel?.channel_id ?? 0}`), onClose);
  return { save, remove };
}

/** Adds a channel or changes one. An address or secret is typed, never read back. */
export function ChannelDialog({ channel, onClose }: { channel: Channel | null; onClose: () => void }) {
  const t = useTexts("trust-alerts");
  const [kind, setKind] = useState<string>(channel?.kind ?? "wecom");
  const [name, setName] = useState(channel?.name ?? "");
  const [address, setAddress] = useState("");
  const [secret, setSecret] = useState("");
  const [level_min, setLevelMin] = useState<string>(channel?.level_min ?? "warn");
  const [enabled, setEnabled] = useState(channel?.enabled === false ? "off" : "on");
  const { save, remove } = useSaving(channel, { kind, name, level_min, enabled, address, secret }, onClose);
  const robot = kind !== "mail";
  const incomplete = name.trim() === "" || (channel === null && robot && address === "");
  const error = save.error ?? remove.error;
  return (
    <Dialog
      open
      title={channel === null ? t("add") : t("edit_of", { name: channel.name })}
      onClose={onClose}
      footer={
        <>
          {channel === null ? null : (
            <Button danger loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
              {t("remove")}
            </Button>
          )}
          <Button onClick={onClose}>{t("shared:act.cancel")}</Button>
          <Button type="primary" loading={save.isPending} disabled={incomplete} onClick={() => save.mutate(undefined)}>
            {t("shared:act.save")}
          </Button>
        </>
      }
    >
      <div className="ht-stack">
        {channel === null ? (
          <SelectField
            label={t("service")}
            value={kind}
            onChange={setKind}
            options={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
          />
        ) : null}
        <TextField label={t("name")} value={name} onChange={setName} hint={t("name_hint")} />
        <Where {...{ kind, address, setAddress, secret, setSecret }} fresh={channel === null} />
        <SelectField
          label={t("from_level")}
          value={level_min}
          onChange={setLevelMin}
          options={(["warn", "alarm"] as const).map((value) => ({ value, label: t(`level_min.${value}`) }))}
        />
        {channel === null ? null : (
          <SelectField
            label={t("state")}
            value={enabled}
            onChange={setEnabled}
            options={[
              { value: "on", label: t("on") },
              { value: "off", label: t("off") },
            ]}
          />
        )}
        <FormError text={error ? errorSentence(error, t("shared:state.offline")) : null} />
      </div>
    </Dialog>
  );
}
