import Button from "antd/es/button";
import { TextField } from "../../parts/form.tsx";
import { useTexts } from "../../texts/texts.ts";
import type { Draft } from "./draft.ts";

interface FieldsProps {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
}

/** Which template of the mini program it is, and where a touch on the message leads. */
export function WechatFields({ draft, set }: FieldsProps) {
  const t = useTexts("messages");
  return (
    <div className="ms-fields">
      <TextField
        label={t("field.wechat_template")}
        hint={t("field.wechat_template_hint")}
        value={draft.service_template}
        onChange={(service_template) => set({ service_template })}
      />
      <TextField
        label={t("field.page")}
        hint={t("field.page_hint")}
        required={false}
        value={draft.page}
        onChange={(page) => set({ page })}
      />
    </div>
  );
}

/** The kinds of fields that templates of WeChat have most often. */
const USUAL = ["thing", "name", "number", "amount", "date", "time", "phrase", "character_string"] as const;

/** Puts a line with a field of a kind, numbered on. */
export function InsertWechat({ text, put }: { text: string; put: (what: string) => void }) {
  const t = useTexts("messages");
  const next =
    [...text.matchAll(/\{\{\s*[a-z_]+(\d+)\.DATA\s*\}\}/g)].reduce((n, [, own]) => Math.max(n, Number(own)), 0) + 1;
  const line = text === "" || text.endsWith("\n") ? "" : "\n";
  return USUAL.map((kind) => (
    <Button key={kind} size="small" onClick={() => put(`${line}${t(`wechat.${kind}`)}：{{${kind}${next}.DATA}}`)}>
      {t(`wechat.${kind}`)}
    </Button>
  ));
}

/** What stands before a field in the filed text: 到期时间：{{date3.DATA}}. */
function labelOf(filed: string, name: string): string {
  const line = filed.split("\n").find((one) => one.includes(`${name}.DATA`)) ?? "";
  return line.replace(/[：:]?\s*\{\{.*$/, "").trim();
}

interface FilledProps {
  readonly name: string;
  readonly filed: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Where one field comes from, with what WeChat takes there. */
export function FilledField({ name, filed, value, onChange }: FilledProps) {
  const t = useTexts("messages");
  const kind = name.replace(/\d+$/, "");
  const label = labelOf(filed, name);
  return (
    <TextField
      label={label === "" ? name : `${label} · ${name}`}
      hint={t(`wechat_limit.${kind}`, { defaultValue: t("wechat_limit.unknown") })}
      placeholder={kind === "name" ? "{{ member.name }}" : "{{ points }}"}
      value={value}
      onChange={onChange}
    />
  );
}
