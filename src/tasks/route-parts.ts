import type { FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { memberIdAt, memberRowsById } from "../members/index.ts";
import { isDay, problem } from "../platform/index.ts";
import { isWhole } from "../store/index.ts";

export const tags = ["tasks"];
export const read = { access: { permission: "tasks.read", level: "L2" } } as const;
/** Names of members, masked unless the matrix says otherwise. */
export const readPeople = { access: { permission: "tasks.read", level: "L3", enter: "L2" } } as const;
export const work = { access: { permission: "tasks.work", level: "L2" } } as const;
export const manage = { access: { permission: "tasks.manage", level: "L2" } } as const;

export const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const Text = Type.String();
export const Count = Type.Integer();
export const Reason = Type.String({ minLength: 2, maxLength: 400 });
export const StoreCode = Type.String({ minLength: 1, maxLength: 64 });
export const DayCursor = Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\d_\\d{1,15}$" });
export const Whose = { member_id: Nullable(Count), name_masked: Nullable(Text), phone_masked: Nullable(Text) };

/** Tasks and associates of which stores somebody sees; null: of all. */
export function storesOf({ scope }: FastifyRequest): readonly string[] | null {
  return isWhole(scope) || scope.stores === "all" ? null : scope.stores;
}

export const personOf = ({ person, client }: FastifyRequest): number | null =>
  client === undefined ? (person?.person_id ?? null) : null;

/** @throws tasks.cursor_invalid */
export function placeOf(cursor: string | undefined): readonly [string, number] | null {
  if (cursor === undefined) return null;
  const [day = "", id = ""] = cursor.split("_");
  // PostgreSQL has no year 0
  if (!isDay(day) || day < "0001") throw problem("tasks.cursor_invalid");
  return [day, Number(id)];
}

/** Members as whoever asks may see them; of other stores the number alone. */
export async function peopleOf(ground: Ground, request: FastifyRequest, member_ids: readonly number[]) {
  const rows = await ground.store.read(request.scope, (tx) => memberRowsById(tx, ground, [...new Set(member_ids)]));
  return new Map(rows.map((row) => [row.member_id, row]));
}

/** @throws tasks.member_unknown, as for one who does not exist, where the member is of other stores */
export async function memberWithin(ground: Ground, request: FastifyRequest, number: number): Promise<number> {
  try {
    return await ground.store.read(request.scope, (tx) => memberIdAt(tx, number));
  } catch (error) {
    if ((error as { code?: string }).code !== "members.not_found") throw error;
    throw problem("tasks.member_unknown", { member_id: number });
  }
}
