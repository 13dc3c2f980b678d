import {
  type Category,
  type Channel,
  type Content,
  parametersIn,
  type Template,
  variablesIn,
} from "./messages-data.ts";

/** A template as it is written: everything is text until it is kept. */
export interface Draft {
  readonly key: string;
  readonly name: string;
  readonly kind: Channel;
  readonly category: Category;
  readonly title: string;
  readonly text: string;
  readonly link: string;
  /** Of the mini program. */
  readonly page: string;
  readonly sign_name: string;
  readonly service_template: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export const TEXT_MAX: Readonly<Record<Channel, number>> = {
  sms: 500,
  email: 20_000,
  wechat: 500,
  wecom: 1_300,
  inbox: 2_000,
  webhook: 2_000,
};
export const TITLE_MAX: Readonly<Partial<Record<Channel, number>>> = { email: 200, wechat: 40, inbox: 100 };
const PARAMETER_MAX = 200;
const LINK_MAX = 300;

export function draftOf(known: Template | undefined): Draft {
  const content = known?.versions[0]?.content;
  return {
    key: known?.template ?? "",
    name: known?.name ?? "",
    kind: known?.channel ?? "sms",
    category: known?.category ?? "marketing",
    title: content?.title ?? "",
    text: content?.text ?? "",
    link: content?.link ?? "",
    page: content?.page ?? "",
    sign_name: content?.sign_name ?? "",
    service_template: content?.service_template ?? "",
    parameters: content?.parameters ?? {},
  };
}

export function contentOf(draft: Draft): Content {
  const { kind, text, title } = draft;
  const filled = Object.fromEntries(parametersIn(kind, text).map((name) => [name, draft.parameters[name] ?? ""]));
  const service_template = draft.service_template.trim();
  if (kind === "wechat") {
    const page = draft.page.trim().replace(/^\/+/, "");
    const variables = variablesIn(Object.values(filled));
    const wechat = { kind, title, service_template, text, parameters: filled, variables };
    return page === "" ? wechat : { ...wechat, page };
  }
  if (kind === "wecom") {
    const [card, link] = [title.trim(), draft.link.trim()];
    const led = link === "" ? {} : { link, ...(card === "" ? {} : { title: card }) };
    return { kind, text, ...led, variables: variablesIn([card, text]) };
  }
  if (kind === "sms") {
    const parameters = filled;
    return {
      kind,
      sign_name: draft.sign_name,
      service_template,
      text,
      parameters,
      variables: variablesIn(Object.values(parameters)),
    };
  }
  const read = kind === "webhook" ? [text] : [title, text];
  const variables = variablesIn(read);
  if (kind === "webhook") return { kind, text, variables };
  const link = draft.link.trim();
  return { kind, title, text, ...(kind === "inbox" && link !== "" ? { link } : {}), variables };
}

export type Lack =
  | "key"
  | "taken"
  | "title"
  | "title_long"
  | "text"
  | "text_long"
  | "link_long"
  | "sign"
  | "service_template"
  | "wechat_template"
  | "fields"
  | "page"
  | "link_https"
  | "parameters";

/** What stands in the way of keeping it, in the order of the form. */
export function lacksOf(draft: Draft, taken: readonly string[]): Lack[] {
  const { kind, key, title, text } = draft;
  const title_max = TITLE_MAX[kind];
  const parameters = parametersIn(kind, text).map((name) => draft.parameters[name] ?? "");
  const checks: readonly (readonly [Lack, boolean])[] = [
    ["key", !/^[a-z][a-z0-9_]{1,58}$/.test(key)],
    ["taken", taken.includes(key)],
    ["sign", kind === "sms" && draft.sign_name === ""],
    ["service_template", kind === "sms" && !/^[A-Za-z0-9_]{3,40}$/.test(draft.service_template.trim())],
    ["wechat_template", kind === "wechat" && !/^[A-Za-z0-9_-]{20,64}$/.test(draft.service_template.trim())],
    ["title", title_max !== undefined && title.trim() === ""],
    ["title_long", title_max !== undefined && title.length > title_max],
    ["text", text.trim() === ""],
    ["text_long", text.length > TEXT_MAX[kind]],
    ["link_https", kind === "wecom" && draft.link.trim() !== "" && !/^https:\/\/\S{4,500}$/.test(draft.link.trim())],
    ["link_long", kind === "inbox" && draft.link.trim().length > LINK_MAX],
    ["page", kind === "wechat" && /\s/.test(draft.page.trim())],
    ["fields", kind === "wechat" && text.trim() !== "" && parameters.length === 0],
    ["parameters", parameters.some((value) => value === "" || value.length > PARAMETER_MAX)],
  ];
  return checks.filter(([, holds]) => holds).map(([lack]) => lack);
}
