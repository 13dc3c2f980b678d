import { Liquid, type Template } from "liquidjs";
import { type Static, Type } from "typebox";
import { checkWechatField, WECHAT_FIELD, wechatFields } from "./wechat-fields.ts";
import { hostsOf, LinkMaker, PREVIEW_CODE, type ShortLink } from "./short-link.ts";

const closed = { additionalProperties: false } as const;
const Words = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const Names = Type.Array(Type.String({ pattern: "^[a-z][a-z0-9_]{0,39}$" }), { maxItems: 40, uniqueItems: true });

/** `text` as the operator's service filed it, with `${name}` where a parameter stands; parameters are Liquid. */
export const SmsContent = Type.Object(
  {
    kind: Type.Literal("sms"),
    sign_name: Words(24),
    service_template: Type.String({ pattern: "^[A-Za-z0-9_]{3,40}$", description: "Code of the filed template" }),
    text: Words(500),
    parameters: Type.Record(Type.String({ pattern: "^[A-Za-z][A-Za-z0-9_]{0,29}$" }), Words(200)),
    variables: Names,
  },
  closed,
);
export const EmailContent = Type.Object(
  { kind: Type.Literal("email"), title: Words(200), text: Words(20_000), variables: Names },
  closed,
);
/** `text` as WeChat's template library shows it, with `{{thing1.DATA}}` where a field stands; fields are Liquid. */
export const WechatContent = Type.Object(
  {
    kind: Type.Literal("wechat"),
    title: Words(40),
    service_template: Type.String({
      pattern: "^[A-Za-z0-9_-]{20,64}$",
      description: "Template id in the mini program",
    }),
    text: Words(500),
    parameters: Type.Record(Type.String({ pattern: "^[a-z_]{3,20}\\d{1,3}$" }), Words(200)),
    page: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9_-][^\\s]{0,254}$" })),
    variables: Names,
  },
  closed,
);
/** What an associate sends a customer: a text, with a card that leads somewhere. */
export const WecomContent = Type.Object(
  {
    kind: Type.Literal("wecom"),
    text: Words(1_300),
    title: Type.Optional(Words(40)),
    link: Type.Optional(Type.String({ pattern: "^https://[^\\s]{4,500}$" })),
    variables: Names,
  },
  closed,
);
export const InboxContent = Type.Object(
  {
    kind: Type.Literal("inbox"),
    title: Words(100),
    text: Words(2_000),
    link: Type.Optional(Words(300)),
    variables: Names,
  },
  closed,
);
export const WebhookContent = Type.Object(
  { kind: Type.Literal("webhook"), text: Words(2_000), variables: Names },
  closed,
);
export const Content = Type.Union([
  SmsContent,
  EmailContent,
  WechatContent,
  WecomContent,
  InboxContent,
  WebhookContent,
]);
export type Content = Static<typeof Content>;

/** What goes to the service. `parameters` are those of a template that the service has on file. */
export interface Rendered {
  readonly title: string;
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Billed pieces of an SMS; 1 elsewhere. */
  readonly parts: number;
  readonly links: readonly ShortLink[];
}

/** What a template may read: the request's variables and the member's own name. Nothing else exists for it. */
export interface RenderScope {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly member: { readonly name: string; readonly number: number };
  /** Of a message that leaves: where its short links begin, and their codes by their place. */
  readonly links?: { readonly base: string; readonly codeOf: (place: number) => string };
}

/** Far beyond what any template needs: without loops its length bounds its work, and a busy machine must hold nothing back. */
const RENDER_MS = 5_000;
const MEMORY = 200_000;
const TEXT_MAX = 20_000;

/** Tags that repeat or fetch: without them the time of a template is bounded by its length. */
const TAGS_LEFT_OUT = [
  "for",
  "tablerow",
  "cycle",
  "include",
  "render",
  "layout",
  "block",
  "increment",
  "decrement",
  "liquid",
];

const engine = new Liquid({
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  lenientIf: true,
  parseLimit: TEXT_MAX,
  renderLimit: RENDER_MS,
  memoryLimit: MEMORY,
  // no file is ever read
  templates: {},
});
for (const tag of TAGS_LEFT_OUT) delete engine.tags[tag];

const LINKS = "short links of this text";
function makerOf(context: { readonly globals: object }): LinkMaker {
  const maker = (context.globals as Record<string, unknown>)[LINKS];
  if (!(maker instanceof LinkMaker)) throw new Error("no short links here");
  return maker;
}
// {{ "https://shop.example/new" | short_link }}: the whole link; `short_code`: what stands behind its last slash, for SMS
// whose filed text holds the beginning
engine.registerFilter("short_link", function (target: unknown, days?: unknown) {
  const maker = makerOf(this.context);
  return `${maker.base}${maker.codeFor(target, days)}`;
});
engine.registerFilter("short_code", function (target: unknown, days?: unknown) {
  return makerOf(this.context).codeFor(target, days);
});

/** Parameters of a filed text, in the order in which they first stand in it. */
export const filedNames = (text: string): string[] => [
  ...new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = ""]) => name)),
];

/** @throws an error of Liquid that says where it does not read */
export function parseLiquid(text: string): Template[] {
  return engine.parse(text);
}

/** Whether it reads the member's name, which has to be opened then. */
export const readsName = (content: Content): boolean => JSON.stringify(content).includes("member.name");

interface Parsed {
  readonly content: Content;
  readonly title: Template[];
  readonly text: Template[];
  readonly parameters: readonly (readonly [string, Template[]])[];
  readonly hosts: ReadonlySet<string>;
}

export function parseContent(content: Content): Parsed {
  const parameters = "parameters" in content ? Object.entries(content.parameters) : [];
  return {
    content,
    title: content.kind === "wechat" || !("title" in content) ? [] : parseLiquid(content.title ?? ""),
    text: "parameters" in content ? [] : parseLiquid(content.text),
    parameters: parameters.map(([name, text]) => [name, parseLiquid(text)] as const),
    hosts: hostsOf(
      ["title" in content ? (content.title ?? "") : "", content.text, ...parameters.map(([, text]) => text)].join("\n"),
    ),
  };
}
export type ParsedContent = ReturnType<typeof parseContent>;

/** The variables that its words read, beside the member's own fields. */
export function variablesRead(content: Content): string[] {
  const { title, text, parameters } = parseContent(content);
  const names = [title, text, ...parameters.map(([, read]) => read)].flatMap((read) =>
    engine.globalVariablesSync(read),
  );
  return [...new Set(names)].filter((name) => name !== "member");
}

const PART_FIRST = 70;
const PART_OF_MANY = 67;

/** How many pieces an operator bills a text in Chinese for, its signature included. */
export function smsParts(text: string): number {
  const letters = text.length;
  return letters <= PART_FIRST ? 1 : Math.ceil(letters / PART_OF_MANY);
}

const PREVIEWED = { base: "https://…/s/", codeOf: () => PREVIEW_CODE };

/** @throws when a variable is missing or a limit of the engine is reached */
export function renderContent(parsed: ParsedContent, scope: RenderScope): Rendered {
  const all = { ...scope.variables, member: scope.member };
  const { base, codeOf } = scope.links ?? PREVIEWED;
  const maker = new LinkMaker(base, parsed.hosts, codeOf);
  const { links } = maker;
  const globals = { [LINKS]: maker };
  const run = (template: Template[]) => {
    const text = String(engine.renderSync(template, all, { globals }));
    if (text.length > TEXT_MAX) throw new Error(`a text of ${text.length} letters`);
    return text;
  };
  const { content } = parsed;
  const title = run(parsed.title);
  if (content.kind === "wecom") return wecomWords(title, run(parsed.text), links);
  if (!("parameters" in content)) return { title, text: run(parsed.text), parameters: {}, parts: 1, links };
  const parameters = Object.fromEntries(parsed.parameters.map(([name, template]) => [name, run(template)]));
  if (content.kind === "wechat") {
    const text = filled(content.text, parameters);
    return { title: content.title, text, parameters, parts: 1, links };
  }
  const text = `【${content.sign_name}】${content.text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new Error(`no parameter ${name}`);
    return value;
  })}`;
  return { title, text, parameters, parts: smsParts(text), links };
}

const WECOM_BYTES_MAX = 4_000;

/** @throws when WeCom would not take the text */
function wecomWords(title: string, text: string, links: readonly ShortLink[]): Rendered {
  const bytes = Buffer.byteLength(text);
  if (bytes > WECOM_BYTES_MAX) throw new Error(`a text of ${bytes} bytes: WeCom takes ${WECOM_BYTES_MAX}`);
  return { title, text, parameters: {}, parts: 1, links };
}

/** The lines that a member reads of a subscribe message. @throws when a field is missing or beyond what WeChat takes */
function filled(filed: string, fields: Readonly<Record<string, string>>): string {
  for (const name of wechatFields(filed)) {
    const value = fields[name];
    if (value === undefined) throw new Error(`no field ${name}`);
    checkWechatField(name, value);
  }
  return filed.replaceAll(WECHAT_FIELD, (_, name: string) => fields[name] ?? "");
}
