import Button from "antd/es/button";
import { useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { SelectField, TextField } from "../../parts/form.tsx";
import { ReasonDialog } from "../../parts/reason-dialog.tsx";
import { useTexts } from "../../texts/texts.ts";
import { type Template, useMessageAct, useSeeds, type Version, type VersionState } from "./messages-data.ts";
import { useSamples } from "./preview-card.tsx";

type To = Exclude<VersionState, "draft">;

const NEXT: Readonly<Record<VersionState, readonly To[]>> = {
  draft: ["submitted", "approved"],
  submitted: ["approved", "rejected"],
  approved: ["retired"],
  rejected: [],
  retired: [],
};
const WITH_REASON: readonly To[] = ["rejected", "retired"];

/** What can be done with a template and its chosen version. */
export function TemplateActs({ template, chosen }: { template: Template; chosen: Version }) {
  const t = useTexts("messages");
  const may = useCan("channels.manage");
  const navigate = useNavigate();
  const [asked, setAsked] = useState<To>();
  const [trying, setTrying] = useState(false);
  const move = useMessageAct(
    ({ to, reason }: { to: To; reason?: string }) =>
      api.post(`/api/messages/templates/${template.template}/versions/${chosen.version}/state`, { to, reason }),
    { done: t("acts.moved"), onDone: () => setAsked(undefined) },
  );
  const log = <Link to={`/messages?template=${template.template}`}>{t("acts.log")}</Link>;
  if (!may) return log;
  const draft = template.versions.some(({ state }) => state === "draft");
  const triable = ["draft", "submitted", "approved"].includes(chosen.state);
  return (
    <>
      {log}
      <Button onClick={() => void navigate(`/templates/${template.template}/edit`)}>
        {t(draft ? "acts.edit_draft" : "acts.new_version")}
      </Button>
      {triable ? <Button onClick={() => setTrying(true)}>{t("acts.try")}</Button> : null}
      {NEXT[chosen.state].map((to) => (
        <Button
          key={to}
          danger={to === "rejected" || to === "retired"}
          type={to === "approved" || (to === "submitted" && template.channel === "sms") ? "primary" : "default"}
          loading={move.isPending && move.variables?.to === to}
          onClick={() => (WITH_REASON.includes(to) ? setAsked(to) : move.mutate({ to }))}
        >
          {t(`acts.${to}`)}
        </Button>
      ))}
      {asked === undefined ? null : (
        <ReasonDialog
          title={t(`acts.${asked}`)}
          text={t(`acts_text.${asked}`)}
          act={t(`acts.${asked}`)}
          danger
          busy={move.isPending}
          onClose={() => setAsked(undefined)}
          onAct={(reason) => move.mutate({ to: asked, reason })}
        />
      )}
      {trying ? <TryDialog template={template} version={chosen} onClose={() => setTrying(false)} /> : null}
    </>
  );
}

interface TryProps {
  readonly template: Template;
  readonly version: Version;
  readonly onClose: () => void;
}

/** Sends a version to the seed list or to oneself, and to nobody else. */
function TryDialog({ template, version, onClose }: TryProps) {
  const t = useTexts("messages");
  const navigate = useNavigate();
  const seeds = useSeeds().data?.items ?? [];
  const mine = seeds.some((one) => one.mine);
  const [to, setTo] = useState<"me" | "all">();
  const { names, samples, set } = useSamples(version.content);
  const whom = to ?? (mine ? "me" : "all");
  const said = JSON.stringify([whom, samples]);
  // another choice is another trial; the same one again, after a lost answer, is not
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key changes with what is said
  const key = useMemo(() => crypto.randomUUID(), [said]);
  const send = useMessageAct(
    () =>
      api.once<{ fresh: number }>(
        `/api/messages/templates/${template.template}/versions/${version.version}/test`,
        key,
        { to: whom, variables: samples },
      ),
    {
      done: t("try.asked"),
      onDone: () => void navigate(`/messages?source=test&template=${template.template}`),
      quiet: true,
    },
  );
  return (
    <FormDialog
      title={t("try.title", { n: version.version })}
      act={t("try.act")}
      ready={seeds.length > 0 && (whom === "all" || mine)}
      busy={send.isPending}
      error={send.error}
      onClose={onClose}
      onAct={() => send.mutate(undefined)}
    >
      <p>{t("try.text")}</p>
      {template.channel === "sms" && version.state !== "approved" ? <p className="ht-note">{t("try.sms")}</p> : null}
      <SelectField
        label={t("try.to")}
        value={whom}
        onChange={(value) => setTo(value as "me" | "all")}
        hint={seeds.length === 0 ? t("try.nobody") : mine ? undefined : t("try.not_me")}
        options={[
          ...(mine ? [{ value: "me", label: t("try.me") }] : []),
          { value: "all", label: t("try.all", { n: seeds.length }) },
        ]}
      />
      {names.map((name) => (
        <TextField
          key={name}
          label={t("preview.value_of", { name })}
          value={samples[name] ?? ""}
          onChange={(value) => set(name, value)}
        />
      ))}
    </FormDialog>
  );
}
