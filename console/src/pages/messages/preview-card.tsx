import { useState } from "react";
import { TextField } from "../../parts/form.tsx";
import { Card } from "../../parts/page-header.tsx";
import { usePaused } from "../../parts/paused.ts";
import { errorSentence } from "../../parts/states.tsx";
import { formatCount } from "../../texts/format.ts";
import { useTexts } from "../../texts/texts.ts";
import { sampleFor } from "./wechat-samples.ts";
import { type Channel, type Content, type Preview, usePreview, variablesIn } from "./messages-data.ts";

const PART_FIRST = 70;
const PART_OF_MANY = 67;

/** Liquid texts of a content. */
export const liquidOf = (content: Content): string[] =>
  content.parameters !== undefined ? Object.values(content.parameters) : [content.title ?? "", content.text];

/** Sample values of what a content reads; those that nobody typed stand as they will be asked for. */
export function useSamples(content: Content | null) {
  const t = useTexts("messages");
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const names = content === null ? [] : variablesIn(liquidOf(content));
  const samples = Object.fromEntries(
    names.map((name) => [name, typed[name] ?? sampleFor(content, name) ?? t("preview.sample", { name })]),
  );
  const set = (name: string, value: string) => setTyped((before) => ({ ...before, [name]: value }));
  return { names, samples, set };
}

/** How many letters stand and how many pieces are billed, with what is left of the last piece. */
function SmsCount({ preview }: { preview: Preview }) {
  const t = useTexts("messages");
  const { parts, letters } = preview;
  const left = (parts === 1 ? PART_FIRST : PART_OF_MANY * parts) - letters;
  return (
    <p className={parts > 1 ? "ht-tone-warn" : "ht-note"}>
      {t("preview.billed", { letters: formatCount(letters), parts: formatCount(parts), left: formatCount(left) })}
      {parts > 1 ? ` · ${t("preview.many_parts")}` : ""}
    </p>
  );
}

/** Words as a member would read them, in the shape of their channel. */
export function Bubble({ channel, preview }: { channel: Channel; preview: Preview }) {
  const t = useTexts("messages");
  return (
    <div className={`ms-bubble ms-bubble-${channel}`}>
      <span className="ht-note">{t(`channel.${channel}`)}</span>
      {preview.title === "" ? null : <b>{preview.title}</b>}
      <p>{preview.text}</p>
    </div>
  );
}

/** The preview, rendered by the server as the gate renders it, for one member whose name stays masked. */
export function PreviewCard({ content }: { content: Content | null }) {
  const t = useTexts("messages");
  const [member, setMember] = useState("");
  const { names, samples, set } = useSamples(content);
  const asked = usePaused(content);
  const values = usePaused(JSON.stringify(samples));
  const member_id = /^[1-9]\d{0,14}$/.test(usePaused(member)) ? Number(member) : null;
  const query = usePreview(asked, member_id, JSON.parse(values) as Record<string, string>);
  return (
    <Card title={t("preview.title")} note={t("preview.note")} className="ms-preview">
      <div className="ht-stack">
        {query.error !== null ? (
          <p className="ht-form-error" role="alert">
            {errorSentence(query.error, t("shared:state.offline"))}
          </p>
        ) : query.data === undefined || content === null ? (
          <p className="ht-note">{t("preview.waiting")}</p>
        ) : (
          <>
            <Bubble channel={content.kind} preview={query.data} />
            {content.kind === "sms" ? (
              <SmsCount preview={query.data} />
            ) : (
              <p className="ht-note">{t("preview.letters", { letters: formatCount(query.data.letters) })}</p>
            )}
          </>
        )}
        <TextField
          label={t("preview.member")}
          hint={t("preview.member_hint")}
          required={false}
          value={member}
          onChange={setMember}
        />
        {names.map((name) => (
          <TextField
            key={name}
            label={t("preview.value_of", { name })}
            value={samples[name] ?? ""}
            onChange={(value) => set(name, value)}
          />
        ))}
      </div>
    </Card>
  );
}
