import type { Ground } from "../ground.ts";
import type { Tx } from "./store.ts";

/** What a figure counts; ratios are basis points (1/100 %). */
export type IndicatorUnit = "count" | "minutes" | "days" | "basis_points";

/** One figure at one instant. */
export interface Reading {
  /** Which source, person or the like it is about; "" for the whole platform. Never personal data. */
  readonly part: string;
  readonly value: number;
  /** The part in words, where its code says nothing to people. */
  readonly label?: string;
}

/** What reads the figure: a transaction, and the instant it is asked for. */
export interface Look {
  readonly tx: Tx;
  readonly ground: Ground;
  /** Real time: sessions, keys, audit. */
  readonly at: Date;
  /** The same instant in the time the business lives in. */
  readonly world_at: Date;
}

/**
 * A figure that is watched all day, declared by the domain that owns the facts. Limits are those it is shipped with; a
 * person may move them.
 */
export interface Indicator {
  /** `domain.what`. */
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  /** How it is counted, in a sentence. */
  readonly how: { readonly zh: string; readonly en: string };
  readonly unit: IndicatorUnit;
  /** On which side of its limits trouble lies. */
  readonly direction: "above" | "below";
  readonly warn: number;
  readonly alarm: number;
  /** Minutes that one reading looks back; null: how things stand. What happened while nobody read is read afterwards. */
  readonly window_minutes: number | null;
  /** What whoever is called should do. */
  readonly advice: { readonly zh: string; readonly en: string };
  /** Page of the console where the facts stand. */
  readonly link: string;
  read(look: Look): Promise<readonly Reading[]>;
  /**
   * Makes a case that is past `limit`, in the transaction in which it is read and which is rolled back afterwards: nobody
   * else ever sees it. @returns the part it is about, and, for ages, the instant from which it is looked at.
   */
  inject(look: Look, limit: number): Promise<{ readonly part: string; readonly at?: Date }>;
}
