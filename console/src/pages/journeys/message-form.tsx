import { CloseOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import Button from "antd/es/button";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client.ts";
import { SelectField, TextField } from "../../parts/form.tsx";
import { usePaused } from "../../parts/paused.ts";
import { errorSentence } from "../../parts/states.tsx";
import { pick } from "../../texts/texts.ts";
import { type FormProps, textOf } from "./form-values.ts";
import { type NodeChoices, useNodeChoices, type ValueChoice } from "./journeys-data.ts";

interface Source {
  readonly from: string;
  readonly value: string;
  readonly node?: string;
}

/** The template by its name, where each of its variables comes from, and how a member would read it. */
export function MessageForm(props: FormProps) {
  const { node, onChange, t } = props;
  const { data } = useNodeChoices();
  const templates = data?.templates ?? [];
  const chosen = textOf(node["template"]);
  const found = templates.find(({ template }) => template === chosen);
  const options = templates.map(({ template, name, channel, approved }) => ({
    value: template,
    label: `${name} · ${t(`channel.${channel}`)}${approved ? "" : ` · ${t("field.not_approved")}`}`,
  }));
  return (
    <>
      <SelectField
        label={t("field.template")}
        value={chosen}
        options={
          found === undefined
            ? [{ value: chosen, label: chosen === "" ? t("field.choose") : chosen }, ...options]
            : options
        }
        hint={
          templates.length === 0 ? (
            t("field.no_templates")
          ) : chosen === "" ? undefined : (
            <Link to={`/templates/${chosen}`}>{t("field.see_template")}</Link>
          )
        }
        onChange={(template) => onChange({ template, variables: keptFor(node["variables"], templates, template) })}
      />
      {data === undefined ? null : <VariableFields {...props} choices={data} names={found?.variables ?? []} />}
      {found === undefined ? null : <MessagePreview {...props} />}
    </>
  );
}

const sourcesOf = (variables: unknown) => (variables ?? {}) as Readonly<Record<string, Source>>;

/** Sources of variables that another template reads too. */
function keptFor(variables: unknown, templates: NodeChoices["templates"], template: string) {
  const names = templates.find((one) => one.template === template)?.variables ?? [];
  const kept = Object.entries(sourcesOf(variables)).filter(([name]) => names.includes(name));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

interface FieldsProps extends FormProps {
  readonly choices: NodeChoices;
  readonly names: readonly string[];
}

/** A source for each variable; one that the template does not read can only be taken out. */
function VariableFields({ node, drawn, labelOf, onChange, choices, names, t }: FieldsProps) {
  const sources = sourcesOf(node["variables"]);
  const set = (name: string, source: Source | undefined, field?: string) => {
    const { [name]: _, ...others } = sources;
    const next = source === undefined ? others : { ...others, [name]: source };
    onChange({ variables: Object.keys(next).length === 0 ? undefined : next }, field);
  };
  const offered = sourceOptions(drawn, labelOf, choices, t);
  const extra = Object.keys(sources).filter((name) => !names.includes(name));
  if (names.length === 0 && extra.length === 0) return null;
  return (
    <fieldset className="jc-variables ht-stack">
      <legend>{t("variable.title")}</legend>
      <p className="ht-field-hint">{t("variable.note")}</p>
      {names.map((name) => {
        const source = sources[name];
        const value = source === undefined ? "" : keyOf(source);
        const known = offered.some((one) => one.value === value);
        return (
          <div key={name}>
            <SelectField
              label={name}
              value={value}
              options={
                known ? offered : [{ value, label: t(value === "" ? "variable.choose" : "variable.gone") }, ...offered]
              }
              onChange={(key) => set(name, sourceOf(key))}
            />
            {source?.from === "text" ? (
              <TextField
                label={t("variable.text", { name })}
                value={source.value}
                onChange={(text) => set(name, { from: "text", value: text }, `variable ${name}`)}
              />
            ) : null}
          </div>
        );
      })}
      {extra.map((name) => (
        <div className="ht-row" key={name}>
          <span className="ht-field-error">{t("variable.unread", { name })}</span>
          <Button icon={<CloseOutlined />} onClick={() => set(name, undefined)}>
            {t("variable.remove")}
          </Button>
        </div>
      ))}
    </fieldset>
  );
}

const keyOf = ({ from, value, node }: Source) => (from === "text" ? "text" : JSON.stringify([from, value, node ?? ""]));

function sourceOf(key: string): Source | undefined {
  if (key === "") return undefined;
  if (key === "text") return { from: "text", value: "" };
  const [from, value, node] = JSON.parse(key) as [string, string, string];
  return { from, value, ...(node === "" ? {} : { node }) };
}

/** What let the member in, what earlier steps give, the member, a text: each under where it comes from. */
function sourceOptions(
  drawn: FormProps["drawn"],
  labelOf: FormProps["labelOf"],
  choices: NodeChoices,
  t: FormProps["t"],
) {
  const entry = drawn["entry"] as { readonly kind?: string; readonly event?: string } | undefined;
  const event = entry?.kind === "event" ? choices.events.find(({ kind }) => kind === entry.event) : undefined;
  const options = (from: string, of: string, values: readonly ValueChoice[], node?: string) =>
    values.map(({ value, zh, en }) => ({
      value: keyOf({ from, value, ...(node === undefined ? {} : { node }) }),
      label: `${pick(zh, en)} · ${of}`,
    }));
  return [
    ...(event === undefined
      ? []
      : options("event", t("variable.event", { name: pick(event.zh, event.en) }), event.values)),
    ...Object.entries(drawn.nodes).flatMap(([key, { kind, ...node }]) => {
      const lives = kind !== "points" || (node["valid_days"] ?? null) !== null;
      const values = (choices.step_values[kind] ?? []).filter(({ value }) => value !== "last_day" || lives);
      return options("step", t("variable.step", { name: labelOf(key) }), values, key);
    }),
    ...options("member", t("variable.member"), choices.member_values),
    { value: "text", label: t("variable.fixed") },
  ];
}

interface Previewed {
  readonly title: string;
  readonly text: string;
  readonly parts: number;
  readonly values: readonly { readonly name: string; readonly told: string; readonly example: boolean }[];
}

/** How it reads to one member, whose name stays masked. */
function MessagePreview({ drawn, nodeKey, t }: FormProps) {
  const [member, setMember] = useState("");
  const definition = usePaused(drawn);
  const typed = usePaused(member);
  const member_id = /^[1-9]\d{0,14}$/.test(typed) ? Number(typed) : undefined;
  const query = useQuery({
    queryKey: ["journey-message-preview", definition, nodeKey, member_id],
    retry: false,
    gcTime: 60_000,
    queryFn: ({ signal }) =>
      api.post<Previewed>(
        "/api/journeys/message-preview",
        { definition, node: nodeKey, ...(member_id === undefined ? {} : { member_id }) },
        signal,
      ),
  });
  const examples = query.data?.values.filter(({ example }) => example) ?? [];
  return (
    <section className="jc-preview ht-stack" aria-label={t("variable.preview")}>
      <h4>{t("variable.preview")}</h4>
      <TextField
        label={t("variable.as_member")}
        required={false}
        value={member}
        hint={t("variable.as_member_hint")}
        onChange={setMember}
      />
      {query.error !== null ? (
        <p className="ht-field-error" role="alert">
          {errorSentence(query.error, t("shared:state.offline"))}
        </p>
      ) : query.data === undefined ? null : (
        <>
          <blockquote className="jc-condition">
            {query.data.title === "" ? null : <b>{query.data.title}</b>}
            <p>{query.data.text}</p>
          </blockquote>
          {examples.length === 0 ? null : (
            <p className="ht-field-hint">
              {t("variable.examples", { names: examples.map(({ name }) => name).join("、") })}
            </p>
          )}
        </>
      )}
    </section>
  );
}
