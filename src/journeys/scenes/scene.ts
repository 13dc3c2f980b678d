import type { Category, Content } from "../../channels/index.ts";
import type { JourneyDefinition } from "../definition.ts";

/** A template that a scene's messages need; it is made as a draft, and approved like any other. */
export interface SceneTemplate {
  readonly template: string;
  readonly name: string;
  readonly category: Category;
  readonly content: Content;
}

/** Something that a source says of the one member of an example. */
export interface ExampleRecord {
  readonly at: string;
  readonly kind: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** A second identifier, beside the account of the mall. */
  readonly email?: string;
}

/** What happens to one member, and what the journey does then: played against the clock by a test. */
export interface SceneExample {
  readonly zh: string;
  readonly en: string;
  readonly published: string;
  readonly until: string;
  readonly records: readonly ExampleRecord[];
  /** The nodes that were left, and when. */
  readonly way: readonly (readonly [at: string, node: string])[];
  /** The templates that were asked for, and when, with what their variables stood for. */
  readonly messages: readonly (readonly [at: string, template: string, told?: Told])[];
}

type Told = Readonly<Record<string, string | number>>;

/** A lifecycle scene that ships: a journey with its templates and an example. */
export interface Scene {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  /** What it is for. */
  readonly sentence_zh: string;
  readonly sentence_en: string;
  /** By what it is judged. */
  readonly goal_zh: string;
  readonly goal_en: string;
  readonly journey: Omit<JourneyDefinition, "key" | "zh" | "en">;
  readonly templates: readonly SceneTemplate[];
  readonly example: SceneExample;
}

/** The journey of a scene under a key. */
export const journeyOf = ({ zh, en, journey }: Scene, key: string): JourneyDefinition => ({ key, zh, en, ...journey });
