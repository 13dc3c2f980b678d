import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { useTexts } from "../../texts/texts.ts";
import { type Carrier, useMessageAct } from "./messages-data.ts";

type Fields = Readonly<Record<string, string>>;
type SetField = (name: string, value: string) => void;

const EMPTY: Fields = {
  access_key_id: "",
  access_key_secret: "",
  secret_id: "",
  secret_key: "",
  sdk_app_id: "",
  app_id: "",
  corp_id: "",
  corp_secret: "",
  app_secret: "",
  openid_namespace: "mini_program",
  host: "",
  port: "465",
  security: "tls",
  user: "",
  password: "",
  from: "",
};
/** Fields of each service that are typed. */
const OF = {
  aliyun: ["access_key_id", "access_key_secret"],
  tencent: ["secret_id", "secret_key", "sdk_app_id"],
  wechat: ["app_id", "app_secret", "openid_namespace"],
  wecom: ["corp_id", "corp_secret"],
  email: ["host", "port", "security", "user", "password", "from"],
};

const costOf = (text: string): number | undefined =>
  /^\d{1,4}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : undefined;

/** Keys of a service: typed, kept sealed, never shown again. */
export function CarrierDialog({ carrier, onClose }: { carrier: Carrier; onClose: () => void }) {
  const t = useTexts("messages");
  const channel = carrier.channel === "inbox" || carrier.channel === "webhook" ? "email" : carrier.channel;
  const [sms, setSms] = useState<"aliyun" | "tencent">("aliyun");
  const service = channel === "sms" ? sms : channel;
  const [fields, setFields] = useState(EMPTY);
  const [cost, setCost] = useState(String(carrier.cost_minor / 100));
  const set: SetField = (name, value) => setFields((before) => ({ ...before, [name]: value }));
  const names = OF[service];
  // an untouched form changes the price alone
  const untouched = names.every((name) => fields[name] === EMPTY[name]);
  const whole = names.every((name) => fields[name]?.trim() !== "");
  const cost_minor = costOf(cost);
  const path = `/api/messages/carriers/${carrier.channel}`;
  const save = useMessageAct(
    () => {
      if (untouched) return api.patch(path, { cost_minor });
      const typed = Object.fromEntries(names.map((name) => [name, fields[name]?.trim() ?? ""]));
      const settings = channel === "email" ? { ...typed, port: Number(typed["port"]) } : typed;
      return api.put(path, { settings, cost_minor });
    },
    { done: t("carrier.saved"), onDone: onClose, quiet: true },
  );
  return (
    <FormDialog
      title={t(`carrier.title_${channel}`)}
      act={t("shared:act.save")}
      ready={cost_minor !== undefined && (whole || (untouched && carrier.ready))}
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onAct={() => save.mutate(undefined)}
    >
      <p className="ht-note">
        {carrier.settings_shown === "" ? "" : `${t("carrier.now", { shown: carrier.settings_shown })} `}
        {t("carrier.sealed")}
      </p>
      {channel === "sms" ? (
        <>
          <SelectField
            label={t("carrier.provider")}
            value={sms}
            onChange={(value) => setSms(value === "tencent" ? "tencent" : "aliyun")}
            options={(["aliyun", "tencent"] as const).map((value) => ({ value, label: t(`carrier.${value}`) }))}
          />
          <KeyFields names={names} hint={t("carrier.key_hint")} fields={fields} set={set} />
        </>
      ) : channel === "wecom" ? (
        <KeyFields names={names} hint={t("carrier.wecom_hint")} fields={fields} set={set} />
      ) : channel === "wechat" ? (
        <>
          <KeyFields names={["app_id", "app_secret"]} hint={t("carrier.wechat_hint")} fields={fields} set={set} />
          <TextField
            label={t("carrier.openid_namespace")}
            hint={t("carrier.openid_namespace_hint")}
            value={fields["openid_namespace"] ?? ""}
            onChange={(value) => set("openid_namespace", value)}
          />
        </>
      ) : (
        <MailFields fields={fields} set={set} />
      )}
      <TextField label={t("carrier.price")} hint={t("carrier.price_hint")} value={cost} onChange={setCost} />
      {carrier.settings_shown === "" || carrier.settings_shown === "HUITOU_SMTP_URL" ? null : (
        <Forget path={path} onDone={onClose} />
      )}
    </FormDialog>
  );
}

const KEY_LABELS: Fields = {
  access_key_id: "AccessKey ID",
  access_key_secret: "AccessKey Secret",
  secret_id: "SecretId",
  secret_key: "SecretKey",
  sdk_app_id: "SmsSdkAppId",
  app_id: "AppID",
  corp_id: "CorpID",
  corp_secret: "Secret",
  app_secret: "AppSecret",
};
const SECRET = new Set(["access_key_secret", "secret_key", "app_secret", "corp_secret"]);

interface KeyProps {
  readonly names: readonly string[];
  readonly hint: string;
  readonly fields: Fields;
  readonly set: SetField;
}

function KeyFields({ names, hint, fields, set }: KeyProps) {
  return names.map((name, at) => (
    <TextField
      key={name}
      label={KEY_LABELS[name] ?? name}
      hint={at === 0 ? hint : undefined}
      {...(SECRET.has(name) ? { type: "password", autoComplete: "new-password" } : {})}
      value={fields[name] ?? ""}
      onChange={(value) => set(name, value)}
    />
  ));
}

function MailFields({ fields, set }: { fields: Fields; set: SetField }) {
  const t = useTexts("messages");
  return (
    <>
      <div className="ms-fields">
        <TextField
          label={t("carrier.host")}
          hint={t("carrier.host_hint")}
          value={fields["host"] ?? ""}
          onChange={(value) => set("host", value)}
        />
        <TextField
          label={t("carrier.port")}
          type="number"
          value={fields["port"] ?? ""}
          onChange={(value) => set("port", value)}
        />
      </div>
      <SelectField
        label={t("carrier.security")}
        value={fields["security"] ?? ""}
        onChange={(value) => set("security", value)}
        options={(["tls", "starttls"] as const).map((value) => ({ value, label: t(`carrier.${value}`) }))}
      />
      <TextField label={t("carrier.user")} value={fields["user"] ?? ""} onChange={(value) => set("user", value)} />
      <TextField
        label={t("carrier.password")}
        type="password"
        autoComplete="new-password"
        value={fields["password"] ?? ""}
        onChange={(value) => set("password", value)}
      />
      <TextField
        label={t("carrier.from")}
        hint={t("carrier.from_hint")}
        value={fields["from"] ?? ""}
        onChange={(value) => set("from", value)}
      />
    </>
  );
}

function Forget({ path, onDone }: { path: string; onDone: () => void }) {
  const t = useTexts("messages");
  const [sure, setSure] = useState(false);
  const forget = useMessageAct(() => api.delete(path), { done: t("carrier.forgotten"), onDone });
  return (
    <div className="ht-row">
      <Button
        danger
        size="small"
        type={sure ? "primary" : "default"}
        loading={forget.isPending}
        onClick={() => (sure ? forget.mutate(undefined) : setSure(true))}
      >
        {t(sure ? "carrier.forget_sure" : "carrier.forget")}
      </Button>
      <span className="ht-note">{t("carrier.forget_text")}</span>
    </div>
  );
}
