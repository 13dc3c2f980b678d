import Button from "antd/es/button";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { CopyText } from "../../parts/copy-text.tsx";
import { OnceDialog } from "../../parts/once-dialog.tsx";
import { useTexts } from "../../texts/texts.ts";
import { useMessageAct } from "./messages-data.ts";

interface Made {
  readonly address: string;
  readonly token: string;
  readonly aes_key: string;
}

/** Where WeChat tells who agreed to subscribe messages: address, token and key, made anew, shown this once. */
export function PushAct() {
  const t = useTexts("messages");
  const [made, setMade] = useState<Made>();
  const make = useMessageAct(() => api.post<Made>("/api/messages/carriers/wechat/push"), { onDone: setMade });
  return (
    <>
      <Button loading={make.isPending} onClick={() => make.mutate(undefined)}>
        {t("carrier.push")}
      </Button>
      {made === undefined ? null : (
        <OnceDialog title={t("carrier.push")} done={t("carrier.push_kept")} onClose={() => setMade(undefined)}>
          <p>{t("carrier.push_text")}</p>
          {(
            [
              ["URL", made.address],
              ["Token", made.token],
              ["EncodingAESKey", made.aes_key],
            ] as const
          ).map(([label, text]) => (
            <div key={label}>
              <b>{label}</b>
              <CopyText label={label} text={text} />
            </div>
          ))}
        </OnceDialog>
      )}
    </>
  );
}
