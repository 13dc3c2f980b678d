import Button from "antd/es/button";
import { type FormEvent, lazy, type ReactNode, Suspense, useState } from "react";
import { api, ApiProblem } from "../../api/client.ts";
import { addPasskey } from "../../api/passkeys.ts";
import { CopyText } from "../../parts/copy-text.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { FormError, TextField } from "../../parts/form.tsx";
import { errorSentence } from "../../parts/states.tsx";
import { useTexts } from "../../texts/texts.ts";

const QrCode = lazy(() => import("antd/es/qr-code"));

type Codes = readonly string[] | null;

interface AddProps {
  readonly onClose: () => void;
  /** Told the recovery codes when this was the first factor. */
  readonly onAdded: (codes: Codes) => void;
}

interface Begun {
  readonly factor_id: number;
  readonly secret: string;
  readonly uri: string;
}

function useSteps() {
  const t = useTexts("security");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const run = async (step: () => Promise<void>, failed?: string) => {
    setBusy(true);
    setError(null);
    try {
      await step();
    } catch (problem) {
      const said = errorSentence(problem, t("shared:state.offline"));
      setError(problem instanceof ApiProblem || failed === undefined ? said : failed);
    } finally {
      setBusy(false);
    }
  };
  return { error, busy, run };
}

/** First a name, then the picture to scan and the first code. */
export function AddTotp({ onClose, onAdded }: AddProps) {
  const t = useTexts("security");
  const { error, busy, run } = useSteps();
  const [name, setName] = useState(t("totp.name_default"));
  const [code, setCode] = useState("");
  const [begun, setBegun] = useState<Begun | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => {
      if (begun === null) {
        setBegun(await api.post<Begun>("/api/me/factors/totp", { name: name.trim() }));
        return;
      }
      const path = `/api/me/factors/${begun.factor_id}/confirm`;
      onAdded((await api.post<{ recovery_codes: Codes }>(path, { code: code.trim() })).recovery_codes);
    });
  };
  return (
    <Dialog open title={t("totp.title")} onClose={onClose}>
      <form className="ht-form" onSubmit={submit}>
        <FormError text={error} />
        {begun === null ? (
          <TextField label={t("factors.name")} autoFocus value={name} onChange={setName} />
        ) : (
          <Scan begun={begun}>
            <TextField label={t("totp.code")} autoComplete="one-time-code" autoFocus value={code} onChange={setCode} />
          </Scan>
        )}
        <Button type="primary" htmlType="submit" block loading={busy}>
          {begun === null ? t("totp.next") : t("totp.confirm")}
        </Button>
      </form>
    </Dialog>
  );
}

function Scan({ begun, children }: { begun: Begun; children: ReactNode }) {
  const t = useTexts("security");
  return (
    <>
      <p>{t("totp.scan")}</p>
      <div className="ht-qr" role="img" aria-label={t("totp.picture")}>
        <span aria-hidden="true">
          <Suspense fallback={<span className="ht-bone" style={{ width: 180, height: 180 }} />}>
            <QrCode value={begun.uri} size={180} bgColor="#ffffff" color="#000000" type="svg" />
          </Suspense>
        </span>
      </div>
      <details>
        <summary>{t("totp.manual")}</summary>
        <CopyText text={begun.secret.replaceAll(/(.{4})(?=.)/g, "$1 ")} label={t("totp.manual")} />
      </details>
      {children}
    </>
  );
}

export function AddPasskey({ onClose, onAdded }: AddProps) {
  const t = useTexts("security");
  const { error, busy, run } = useSteps();
  const [name, setName] = useState(t("passkey.name_default"));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(async () => onAdded(await addPasskey(name.trim())), t("passkey.failed"));
  };
  return (
    <Dialog open title={t("passkey.title")} onClose={onClose}>
      <form className="ht-form" onSubmit={submit}>
        <FormError text={error} />
        <p className="ht-note">{t("passkey.text")}</p>
        <TextField label={t("factors.name")} autoFocus value={name} onChange={setName} />
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t("passkey.add")}
        </Button>
      </form>
    </Dialog>
  );
}

/** The only time recovery codes are shown. */
export function ShowCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const t = useTexts("security");
  const text = codes.join("\n");
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`;
  return (
    <Dialog
      open
      title={t("codes.show")}
      onClose={onClose}
      footer={
        <>
          <a className="ht-link-button" href={file} download="huitou-recovery-codes.txt">
            {t("codes.download")}
          </a>
          <Button type="primary" onClick={onClose}>
            {t("codes.saved")}
          </Button>
        </>
      }
    >
      <p className="ht-note">{t("codes.show_text")}</p>
      <CopyText text={text} label={t("codes.title")} />
    </Dialog>
  );
}
