import type { Page } from "playwright-core";
import { type Static, type TObject, Type } from "typebox";

/** What a robot is: a flow in TypeScript with what it declares. Robots know the platform by this file alone. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/**
 * Something on a page, by several ways to find it, tried in this order: the role with one of its names, a field by one of its
 * labels, one of several texts, the id for tests, the place. A new text of a button stops none of them but the first.
 */
export interface Target {
  /** What a person calls it, for the sentence when it is not there. */
  readonly what: Words;
  readonly role?: "button" | "link" | "textbox" | "combobox" | "heading" | "alert" | "cell" | "checkbox";
  readonly names?: readonly string[];
  readonly labels?: readonly string[];
  readonly texts?: readonly string[];
  readonly test_id?: string;
  /** A CSS selector by place, the last resort. */
  readonly position?: string;
}

/** A file that a back office gave: it lies outside of the database until the run ends. */
export interface Downloaded {
  readonly file_name: string;
  readonly bytes: number;
  readonly path: string;
}

/** How the columns of a file become records of the importer's vocabulary: field to heading. */
export interface FileMapping {
  /** Key of the source that the file comes from; made when it is new. */
  readonly source: string;
  readonly source_name: string;
  readonly record_kind: string;
  readonly columns: Readonly<Record<string, string>>;
  /** What the file's own words mean: field, word, code. */
  readonly values?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Fields that have the same value in each row. */
  readonly fixed?: Readonly<Record<string, string>>;
}

/** Each row of the file in one of these. */
export interface Imported {
  readonly import_id: number;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

/** A gift that is granted and not handed out yet. */
export interface GiftDue {
  readonly entitlement_id: number;
  readonly benefit: string;
  readonly member_id: number;
  readonly name: string;
}

/** What a robot was asked to do for one member. */
export interface Errand {
  readonly errand_id: number;
  readonly member_id: number;
  /** Over the robot's own, for this one. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** What the platform does for a robot, each with the rights of the person who owns it. */
export interface Platform {
  /** Brings a file in by the importer. */
  importFile(file: Downloaded, mapping: FileMapping): Promise<Imported>;
  /** Gifts of a benefit that wait for being handed out, the oldest first. */
  giftsDue(benefit: string, limit: number): Promise<readonly GiftDue[]>;
  /** Whether the owner may see and hand out this gift, and it still waits. */
  isDue(entitlement_id: number): Promise<boolean>;
  /** Marks a gift as handed out, with the number the other side gave. Once, however often it is asked. */
  fulfil(gift: GiftDue, order_no: string): Promise<void>;
  /** What it was asked to do for members of its owner, the oldest first. */
  errands(limit: number): Promise<readonly Errand[]>;
  /** An errand is done, under the number the other side gave. */
  errandDone(errand: Errand, reference: string): Promise<void>;
}

/** One thing that is done in the back office once and never twice. */
export interface Item<Of> {
  /** Under which it is remembered, for all robots of the flow: "gift 12". */
  readonly key: string;
  readonly of: Of;
}

export interface ItemWork<Of> {
  /** Looks whether the back office has it already. @returns its number there */
  lookUp(of: Of): Promise<string | undefined>;
  /** Enters it. @returns its number there */
  enter(of: Of): Promise<string>;
  /** What follows from its having been entered; may be asked again. */
  confirm(of: Of, reference: string): Promise<void>;
}

export interface Counted {
  readonly done: number;
  /** Done by an earlier run. */
  readonly before: number;
  readonly failed: number;
}

/** What a flow works with. Everything that it does to a page goes through here, so that nothing secret is seen. */
export interface Robot<Inputs = unknown> {
  readonly inputs: Inputs;
  /** The business day of the brand, and the one before it. */
  readonly today: string;
  readonly yesterday: string;
  readonly page: Page;
  readonly platform: Platform;
  /** A step with its screenshot. When the session has ended meanwhile it is begun anew, signed in again. */
  step<T>(words: Words, work: () => Promise<T>): Promise<T>;
  go(address: string): Promise<void>;
  click(target: Target): Promise<void>;
  fill(target: Target, text: string): Promise<void>;
  /** Types a secret by its name; it is covered in every screenshot. */
  fillSecret(target: Target, secret: string): Promise<void>;
  /** Types a member's phone number, as whom the owner may; covered in every screenshot. */
  fillPhone(target: Target, member_id: number): Promise<void>;
  read(target: Target): Promise<string>;
  /** Whether it is there now, without waiting. */
  sees(target: Target): Promise<boolean>;
  /** The first of these to come. @throws as `click`, when none does */
  await<Name extends string>(targets: Readonly<Record<Name, Target>>): Promise<Name>;
  /** Clicks and takes the file that comes. */
  download(target: Target): Promise<Downloaded>;
  each<Of>(items: readonly Item<Of>[], work: ItemWork<Of>): Promise<Counted>;
  /** Ends the run, or the item, with this sentence. */
  refuse(words: Words): never;
}

export interface Need {
  readonly permission: string;
  readonly level: "L1" | "L2" | "L3";
}

export interface Flow<Inputs extends TObject = TObject, Outputs extends TObject = TObject> {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  /** Typebox; a field made by `address()` names a place that the robot may visit. It visits no other. */
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  /** Names of what is kept in the vault, with what people call them. */
  readonly secrets: Readonly<Record<string, Words>>;
  /** What the owner must be allowed. */
  readonly needs: readonly Need[];
  readonly minutes_max: number;
  /** Selectors of what shows people on its pages: covered in every screenshot. */
  readonly covers: readonly string[];
  /** How a page looks that says the session has ended, and how to sign in. */
  readonly session: { readonly ended: Target; signIn(robot: Robot<Static<Inputs>>): Promise<void> };
  /** Whether it does errands for members, so that journeys may send some; their items are called "errand <number>". */
  readonly errands?: true;
  run(robot: Robot<Static<Inputs>>): Promise<Static<Outputs>>;
}

export const ADDRESS = "address";

/** An input that names an origin which the robot may visit. */
export function address(words: Words) {
  return Type.String({
    format: ADDRESS,
    pattern: "^https?://[^\\s/?#]+$",
    maxLength: 200,
    title: words.zh,
    description: words.en,
  });
}

export function text(words: Words, more: { readonly default?: string; readonly pattern?: string } = {}) {
  return Type.String({ minLength: 1, maxLength: 200, title: words.zh, description: words.en, ...more });
}

/** Gives a flow its types. */
export function defineFlow<Inputs extends TObject, Outputs extends TObject>(flow: Flow<Inputs, Outputs>): Flow {
  return flow as unknown as Flow;
}
