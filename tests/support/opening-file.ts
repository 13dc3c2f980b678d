import { uploadFile } from "../../src/ingest/index.ts";
import { guessReading, type OpeningReading } from "../../src/members/opening/columns.ts";
import { continueOpening, type GivenKind, undoOpening } from "../../src/members/opening/giving.ts";
import { checkOpening, makeOpening, signOpening } from "../../src/members/opening/opening.ts";
import type { Opening } from "../../src/members/opening/opening-store.ts";
import type { TotalLine } from "../../src/members/opening/totals.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import type { TestWorld } from "./database.ts";

/** What one file brings in from the system before, walked through as its routes and jobs do. */
export class OpeningFile<O extends Opening<readonly TotalLine[]>, Item> {
  readonly #world: () => TestWorld;
  readonly #kind: GivenKind<O, Item>;

  constructor(world: () => TestWorld, kind: GivenKind<O, Item>) {
    this.#world = world;
    this.#kind = kind;
  }

  /** Uploads, reads with the columns guessed, and checks. */
  async checked(lines: readonly string[]): Promise<number> {
    const { ground } = this.#world();
    async function* bytes() {
      yield Buffer.from(lines.join("\n"));
    }
    const { import_id } = await uploadFile(ground, { file_name: "file.csv", stream: bytes() });
    const reading = guessReading(this.#kind.fields, lines[0]?.split(",") ?? []) as OpeningReading;
    const make = await makeOpening(this.#kind, ground, { import_id, reading, person_id: null });
    const { opening_id } = await ground.store.write(SYSTEM_SCOPE, make);
    await this.check(opening_id);
    return opening_id;
  }

  check(opening_id: number) {
    return checkOpening(this.#kind, this.#world().ground, opening_id, async () => true);
  }

  read(opening_id: number): Promise<O> {
    return this.#world().ground.store.read(SYSTEM_SCOPE, (tx) => this.#kind.store.byId(tx, opening_id));
  }

  async problems(opening_id: number): Promise<(readonly [number, string])[]> {
    const found = await this.#world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      this.#kind.store.problemsOf(tx, opening_id, { after: null, limit: 100 }),
    );
    return found.map(({ row, code }) => [row, code] as const);
  }

  async state(opening_id: number, stated: readonly TotalLine[]): Promise<void> {
    await this.#world().ground.store.write(SYSTEM_SCOPE, (tx) => this.#kind.store.set(tx, opening_id, { stated }));
  }

  /** Signs with the file's own sums, or with others despite the difference. */
  async sign(
    opening_id: number,
    { stated, despite = false }: { stated?: readonly TotalLine[]; despite?: boolean } = {},
  ) {
    const { ground } = this.#world();
    await this.state(opening_id, stated ?? (await this.read(opening_id)).totals ?? []);
    await ground.store.write(SYSTEM_SCOPE, (tx) => signOpening(this.#kind, tx, ground, opening_id, despite));
  }

  /** Until nothing of it is left to do. */
  async carry(opening_id: number): Promise<void> {
    while ((await continueOpening(this.#kind, this.#world().ground, opening_id)) > 0);
  }

  async give(opening_id: number): Promise<void> {
    await this.sign(opening_id);
    await this.carry(opening_id);
  }

  async undo(opening_id: number): Promise<void> {
    await this.#world().ground.store.write(SYSTEM_SCOPE, (tx) => undoOpening(this.#kind, tx, opening_id, "wrong file"));
    await this.carry(opening_id);
  }

  progress(opening_id: number) {
    return this.#world().ground.store.read(SYSTEM_SCOPE, (tx) => this.#kind.rows.progress(tx, opening_id));
  }

  async exceptions(opening_id: number): Promise<(readonly [number, string, string])[]> {
    const found = await this.#world().ground.store.read(SYSTEM_SCOPE, (tx) =>
      this.#kind.rows.exceptions(tx, opening_id, { after: 0, limit: 100 }),
    );
    return found.map(({ row, state, why }) => [row, state, why] as const);
  }
}
