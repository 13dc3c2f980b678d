import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { CopyText } from "../../parts/copy-text.tsx";
import { OnceDialog } from "../../parts/once-dialog.tsx";
import { useTexts } from "../../texts/texts.ts";
import { useMessageAct } from "./messages-data.ts";

/** The address at which the SMS service tells receipts and replies: made anew, shown this once. */
export function CallbackAct() {
  const t = useTexts("messages");
  const [address, setAddress] = useState<string>();
  const make = useMessageAct(() => api.post<{ address: string }>("/api/messages/carriers/sms/callback"), {
    onDone: (made) => setAddress(made.address),
  });
  return (
    <>
      <Button loading={make.isPending} onClick={() => make.mutate(undefined)}>
        {t("carrier.callback")}
      </Button>
      {address === undefined ? null : (
        <OnceDialog
          title={t("carrier.callback")}
          done={t("carrier.callback_kept")}
          onClose={() => setAddress(undefined)}
        >
          <p>{t("carrier.callback_text")}</p>
          <CopyText label={t("carrier.callback")} text={address} />
        </OnceDialog>
      )}
    </>
  );
}
