import Cursor from "pg-cursor";
import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampTZValue,
  type DuckDBInstance,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { Ground } from "../ground.ts";
import type { Column, Relation } from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { duckType, isFiled, isPersonal } from "./layout.ts";
import { RESIDENT } from "./view.ts";

const PORTION_ROWS = 5_000;

/** The personal columns of a relation with its key: they live in the engine's memory only, never in a file. */
export interface Resident {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly form: string;
}

export function residentRelations(relations: readonly Relation[]): Resident[] {
  return relations
    .filter((relation) => isFiled(relation) && relation.columns.some(isPersonal))
    .map((relation) => {
      const columns = relation.columns.filter((column) => relation.key.includes(column.name) || isPersonal(column));
      return { name: relation.name, columns, form: columns.map((c) => `${c.name} ${duckType(c.type)}`).join(", ") };
    });
}

/** Reads the personal columns anew from the record store into the engine's memory. */
export async function loadResident(
  ground: Ground,
  instance: DuckDBInstance,
  residents: readonly Resident[],
): Promise<void> {
  const connection = await instance.connect();
  try {
    await connection.run("begin");
    for (const resident of residents) {
      await connection.run(`create or replace table ${RESIDENT}.${resident.name} (${resident.form})`);
      const appender = await connection.createAppender(resident.name, RESIDENT);
      await ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const names = resident.columns.map((column) => `"${column.name}"`).join(", ");
        const cursor = tx.client.query(
          new Cursor<unknown[]>(`select ${names} from catalogue.${resident.name}`, [], { rowMode: "array" }),
        );
        for (let rows = await cursor.read(PORTION_ROWS); rows.length > 0; rows = await cursor.read(PORTION_ROWS)) {
          for (const row of rows) {
            for (const [i, column] of resident.columns.entries()) appender.appendValue(residentValue(column, row[i]));
            appender.endRow();
          }
        }
        await cursor.close();
      });
      appender.closeSync();
    }
    await connection.run("commit");
  } finally {
    connection.closeSync();
  }
}

function residentValue(column: Column, value: unknown): DuckDBValue {
  if (value === null || value === undefined) return null;
  if (column.type === "integer") return BigInt(value as number);
  if (column.type === "date") return DuckDBDateValue.fromParts(dayParts(String(value)));
  if (column.type === "instant") return new DuckDBTimestampTZValue(BigInt((value as Date).getTime()) * 1_000n);
  if (column.type === "boolean" || column.type === "text") return value as DuckDBValue;
  return decimalValue(String(value), column.type);
}

function dayParts(day: string): { year: number; month: number; day: number } {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return { year, month, day: date };
}

function decimalValue(text: string, type: string): DuckDBDecimalValue {
  const [width = 18, scale = 0] = (type.match(/\d+/g) ?? []).map(Number);
  const [whole = "0", fraction = ""] = text.split(".");
  return new DuckDBDecimalValue(BigInt(whole + fraction.padEnd(scale, "0").slice(0, scale)), width, scale);
}
