import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { CopyText } from "../../parts/copy-text.tsx";
import { FormError, TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { errorSentence, Loaded, SkeletonText } from "../../parts/states.tsx";
import { say } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";
import "./sso-card.css";

interface Provider {
  readonly enabled: boolean;
  readonly label: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly email_claim: string;
  readonly domains: readonly string[];
  readonly strong_values: readonly string[];
  readonly has_secret: boolean;
}
interface Settings {
  readonly provider: Provider | null;
  readonly redirect_uri: string;
}

const KEY = ["security-sso"] as const;
const NONE: Provider = {
  enabled: false,
  label: "",
  issuer: "",
  client_id: "",
  email_claim: "email",
  domains: [],
  strong_values: [],
  has_secret: false,
};
const wordsOf = (text: string): string[] => text.split(/[\s,，、;；]+/).filter((word) => word !== "");

/** Sign-in by the company's identity provider. */
export function SsoCard() {
  const t = useTexts("people");
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<Settings>("/api/security/sso", {}, signal),
  });
  return (
    <Card title={t("sso.title")} note={t("sso.note")}>
      <Loaded query={query} skeleton={<SkeletonText lines={4} />}>
        {(settings) => <SsoForm key={JSON.stringify(settings)} settings={settings} />}
      </Loaded>
    </Card>
  );
}

function SsoForm({ settings }: { settings: Settings }) {
  const t = useTexts("people");
  const client = useQueryClient();
  const kept = settings.provider ?? NONE;
  const [draft, setDraft] = useState(kept);
  const [domains, setDomains] = useState(kept.domains.join("，"));
  const [strong, setStrong] = useState(kept.strong_values.join("，"));
  const [secret, setSecret] = useState("");
  const set = (name: keyof Provider) => (value: string) => setDraft({ ...draft, [name]: value });
  const save = useMutation({
    mutationFn: () => {
      const { has_secret: _, ...fields } = draft;
      return api.put("/api/security/sso", {
        ...fields,
        domains: wordsOf(domains.toLowerCase()),
        strong_values: wordsOf(strong),
        ...(secret === "" ? {} : { secret }),
      });
    },
    onSuccess: () => {
      say(t("sso.saved"));
      return client.invalidateQueries({ queryKey: KEY });
    },
  });
  return (
    <form
      className="ht-sso"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextField label={t("sso.label")} hint={t("sso.label_hint")} value={draft.label} onChange={set("label")} />
      <TextField label={t("sso.issuer")} placeholder="https://" value={draft.issuer} onChange={set("issuer")} />
      <TextField label={t("sso.client_id")} value={draft.client_id} onChange={set("client_id")} />
      <TextField
        label={t("sso.secret")}
        type="password"
        autoComplete="new-password"
        required={false}
        hint={t(kept.has_secret ? "sso.secret_kept" : "sso.secret_hint")}
        value={secret}
        onChange={setSecret}
      />
      <TextField label={t("sso.claim")} value={draft.email_claim} onChange={set("email_claim")} />
      <TextField label={t("sso.domains")} hint={t("sso.domains_hint")} value={domains} onChange={setDomains} />
      <TextField
        {...{ label: t("sso.strong"), hint: t("sso.strong_hint"), required: false }}
        value={strong}
        onChange={setStrong}
      />
      <Redirect uri={settings.redirect_uri} />
      <div className="ht-sso-foot">
        <label>
          <input
            type="checkbox"
            checked={draft.enabled}
            onChange={(event) => setDraft({ ...draft, enabled: event.target.checked })}
          />{" "}
          {t("sso.enabled")}
        </label>
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          {t("shared:act.save")}
        </Button>
        <FormError text={save.error ? errorSentence(save.error, t("shared:state.offline")) : null} />
      </div>
    </form>
  );
}

function Redirect({ uri }: { uri: string }) {
  const t = useTexts("people");
  return (
    <div className="ht-field">
      <span className="ht-sso-label">{t("sso.redirect")}</span>
      <CopyText text={uri} label={t("sso.redirect")} />
    </div>
  );
}
