import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { useState } from "react";
import { GROUPS, type Kind, type Target } from "../../api/vocabulary.ts";
import { TextField } from "../../parts/form.tsx";
import { WordRows } from "../../parts/word-rows.tsx";
import { useTexts } from "../../texts/texts.ts";
import type { FieldSource, Mapping } from "./import-data.ts";

type Options = Readonly<Record<string, unknown>>;

interface MoreOptionsProps {
  readonly kind: Kind;
  readonly mapping: Mapping;
  readonly options: Options;
  readonly onMapping: (mapping: Mapping) => void;
  readonly onOptions: (options: Options) => void;
}

const isFixed = (source: FieldSource | undefined) => source !== undefined && source.column === undefined;

/** What few files need: the same value in every row, words for codes, whose numbers the identifiers are. */
export function MoreOptions(props: MoreOptionsProps) {
  const t = useTexts("imports");
  const { mapping, options } = props;
  const [set] = useState(
    () =>
      Object.values(mapping).some((source) => isFixed(source) || source.values !== undefined) ||
      options["namespaces"] !== undefined ||
      options["coupon_in_discount"] === true,
  );
  return (
    <details className="ht-card ht-more" open={set}>
      <summary>
        <strong>{t("more")}</strong> <span className="ht-note">{t("more_note")}</span>
      </summary>
      <div className="ht-more-body">
        <FixedValues {...props} />
        <Codes {...props} />
        <Namespaces {...props} />
        {props.kind.targets.some((target) => target.name.endsWith("coupon_minor")) ? <CouponChoice {...props} /> : null}
      </div>
    </details>
  );
}

function FixedValues({ kind, mapping, onMapping }: MoreOptionsProps) {
  const t = useTexts("imports");
  const fixed = kind.targets.filter((target) => isFixed(mapping[target.name]));
  const free = kind.targets.filter((target) => mapping[target.name] === undefined);
  const without = (name: string) => Object.fromEntries(Object.entries(mapping).filter(([key]) => key !== name));
  return (
    <section className="ht-stack">
      <h3>{t("fixed")}</h3>
      <p className="ht-note">{t("fixed_text")}</p>
      {fixed.map((target) => (
        <div key={target.name} className="ht-fixed-row">
          <FixedValue
            target={target}
            value={mapping[target.name]?.value ?? ""}
            onChange={(value) => onMapping({ ...mapping, [target.name]: { ...mapping[target.name], value } })}
          />
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t("shared:mapping.remove", { name: target.label })}
            onClick={() => onMapping(without(target.name))}
          />
        </div>
      ))}
      <label className="ht-fixed-add">
        <PlusOutlined aria-hidden="true" /> {t("fixed_add")}
        <select
          className="ht-select"
          value=""
          onChange={(event) => {
            const target = free.find((one) => one.name === event.target.value);
            if (target) onMapping({ ...mapping, [target.name]: { value: target.codes[0] ?? "" } });
          }}
        >
          <option value="">{t("fixed_choose")}</option>
          {GROUPS.map((group) => {
            const targets = free.filter((target) => target.group === group && group !== "identity");
            return targets.length === 0 ? null : (
              <optgroup key={group} label={t(`shared:mapping.group.${group}`)}>
                {targets.map((target) => (
                  <option key={target.name} value={target.name}>
                    {target.label}
                    {target.required ? " *" : ""}
                  </option>
                ))}
              </optgroup>
            );
          })}
        </select>
      </label>
    </section>
  );
}

interface FixedValueProps {
  readonly target: Target;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function FixedValue({ target, value, onChange }: FixedValueProps) {
  const t = useTexts("imports");
  const label = `${target.label} ${t("fixed_value")}`;
  return (
    <>
      <span>{target.label}</span>
      {target.codes.length > 0 ? (
        <select
          className="ht-select"
          aria-label={label}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          {target.codes.map((code) => (
            <option key={code}>{code}</option>
          ))}
        </select>
      ) : (
        <input
          className="ht-input"
          aria-label={label}
          placeholder={t("fixed_value")}
          maxLength={500}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </>
  );
}

function Codes({ kind, mapping, onMapping }: MoreOptionsProps) {
  const t = useTexts("imports");
  const coded = kind.targets.filter((target) => target.codes.length > 0 && mapping[target.name]?.column !== undefined);
  const change = (name: string, words: Readonly<Record<string, string>>) => {
    const { values: _before, ...source } = mapping[name] ?? {};
    const none = Object.keys(words).length === 0;
    onMapping({ ...mapping, [name]: none ? source : { ...source, values: words } });
  };
  return (
    <section className="ht-stack">
      <h3>{t("words")}</h3>
      <p className="ht-note">{coded.length === 0 ? t("words_none") : t("words_text")}</p>
      {coded.map((target) => (
        <WordRows
          key={`${target.name} ${mapping[target.name]?.column}`}
          label={target.label}
          codes={target.codes}
          mayBeEmpty={target.type !== "boolean"}
          words={mapping[target.name]?.values ?? {}}
          onChange={(words) => change(target.name, words)}
        />
      ))}
    </section>
  );
}

function Namespaces({ kind, mapping, options, onOptions }: MoreOptionsProps) {
  const t = useTexts("imports");
  const spaced = kind.targets.filter((target) => target.namespaced && mapping[target.name] !== undefined);
  if (spaced.length === 0) return null;
  const given = (options["namespaces"] ?? {}) as Readonly<Record<string, string>>;
  const change = (name: string, value: string) => {
    const next = Object.fromEntries(Object.entries({ ...given, [name]: value }).filter(([, one]) => one !== ""));
    const { namespaces: _before, ...rest } = options;
    onOptions(Object.keys(next).length === 0 ? rest : { ...rest, namespaces: next });
  };
  return (
    <section className="ht-stack">
      <h3>{t("spaces")}</h3>
      <p className="ht-note">{t("spaces_text")}</p>
      <div className="ht-reading">
        {spaced.map((target) => {
          const name = target.name.replace("identity.", "");
          return (
            <TextField
              key={name}
              label={t("space", { field: target.label })}
              required={false}
              value={given[name] ?? ""}
              onChange={(value) => change(name, value.trim().slice(0, 60))}
            />
          );
        })}
      </div>
    </section>
  );
}

function CouponChoice({ options, onOptions }: MoreOptionsProps) {
  const t = useTexts("imports");
  return (
    <label className="ht-row">
      <input
        type="checkbox"
        checked={options["coupon_in_discount"] === true}
        onChange={(event) => onOptions({ ...options, coupon_in_discount: event.target.checked })}
      />
      {t("coupon_in_discount")}
    </label>
  );
}
