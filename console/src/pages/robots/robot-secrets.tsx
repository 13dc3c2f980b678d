import Button from "antd/es/button";
import { useState } from "react";
import { RelativeTime } from "../../parts/figures.tsx";
import { FormDialog } from "../../parts/form-dialog.tsx";
import { TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { say } from "../../parts/toast.tsx";
import { pick, useTexts } from "../../texts/texts.ts";
import { type Robot, useSecret } from "./robots-data.ts";

type Secret = Robot["secrets"][number];

/** What it signs in with: whether it is set and since when, never what it is. */
export function Secrets({ robot }: { robot: Robot }) {
  const t = useTexts("robots");
  const [typing, setTyping] = useState<Secret | null>(null);
  return (
    <Card className="ht-span-4" title={t("secrets")} note={t("secrets_note")}>
      <ul className="rb-secrets">
        {robot.secrets.map((secret) => (
          <li key={secret.name}>
            <span className="ht-cell-two">
              <span>{pick(secret.zh, secret.en)}</span>
              <small>
                {secret.set_at === null ? (
                  <strong className="rb-unset">{t("secret_unset")}</strong>
                ) : (
                  <>
                    {t("secret_set")} <RelativeTime at={secret.set_at} real />
                  </>
                )}
              </small>
            </span>
            {robot.mine ? (
              <Button
                size="small"
                aria-label={t(secret.set_at === null ? "secret_of" : "secret_replace_of", {
                  name: pick(secret.zh, secret.en),
                })}
                onClick={() => setTyping(secret)}
              >
                {t(secret.set_at === null ? "secret_type" : "secret_replace")}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {robot.mine ? null : <p className="ht-note">{t("secrets_owner")}</p>}
      {typing === null ? null : (
        <SecretDialog robot_id={robot.robot_id} secret={typing} onClose={() => setTyping(null)} />
      )}
    </Card>
  );
}

function SecretDialog({ robot_id, secret, onClose }: { robot_id: number; secret: Secret; onClose: () => void }) {
  const t = useTexts("robots");
  const [value, setValue] = useState("");
  const save = useSecret(robot_id, () => {
    say(t("changed"));
    onClose();
  });
  const name = pick(secret.zh, secret.en);
  return (
    <FormDialog
      title={t("secret_of", { name })}
      act={t("shared:act.save")}
      ready={value !== ""}
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onAct={() => save.mutate({ name: secret.name, value })}
    >
      <TextField label={name} type="password" autoComplete="new-password" autoFocus value={value} onChange={setValue} />
      <p className="ht-note">{t("secret_text")}</p>
    </FormDialog>
  );
}
