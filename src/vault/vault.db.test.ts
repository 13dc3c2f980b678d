import { describe, expect, it } from "vitest";
import { withDatabase } from "../../tests/support/database.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";

const world = withDatabase();

function phone(value: string) {
  return { token: world().ground.vault.token("phone", value), kind: "phone", value };
}

describe("the vault", () => {
  it("finds equal values by equal tokens, and different kinds or namespaces by different ones", () => {
    const { vault } = world().ground;
    expect(vault.token("phone", "+8619900000001")).toBe(vault.token("phone", "+8619900000001"));
    expect(vault.token("card_no", "1", "pos")).not.toBe(vault.token("card_no", "1", "crm"));
    expect(vault.token("card_no", "1")).not.toBe(vault.token("mall_id", "1"));
  });

  it("seals and opens; the table holds no clear value", async () => {
    const { store, vault } = world().ground;
    const value = phone("+8619900000002");
    await store.write(SYSTEM_SCOPE, async (tx) => {
      await vault.seal(tx, [value, value]);
      expect((await vault.open(tx, [value.token])).get(value.token)).toEqual(value);
      const rows = await tx.query<{ text: string }>(
        "select encode(ciphertext, 'escape') || token as text from vault.sealed",
      );
      expect(rows.some((row) => row.text.includes("19900000002"))).toBe(false);
    });
  });

  it("destroyed means unreadable, and collecting the value again makes a new key", async () => {
    const { ground, clock } = world();
    const value = phone("+8619900000003");
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      await ground.vault.seal(tx, [value]);
      const [before = {}] = await tx.query("select * from vault.sealed where token = $1", [value.token]);
      expect(await ground.vault.destroy(tx, [value.token], clock.now())).toBe(1);
      expect((await ground.vault.open(tx, [value.token])).size).toBe(0);
      // a back-up that still holds the ciphertext opens nothing
      await tx.query("insert into vault.sealed select * from jsonb_populate_record(null::vault.sealed, $1)", [
        JSON.stringify({ ...before, ciphertext: `\\x${(before["ciphertext"] as Buffer).toString("hex")}` }),
      ]);
      expect((await ground.vault.open(tx, [value.token])).size).toBe(0);
      await tx.query("delete from vault.sealed where token = $1", [value.token]);
      await ground.vault.seal(tx, [value]);
      expect((await ground.vault.open(tx, [value.token])).get(value.token)?.value).toBe(value.value);
    });
  });

  it("notices a ciphertext moved to another row", async () => {
    const { store, vault } = world().ground;
    const [a, b] = [phone("+8619900000004"), phone("+8619900000005")];
    await store.write(SYSTEM_SCOPE, async (tx) => {
      await vault.seal(tx, [a, b]);
      await tx.query(
        "update vault.sealed set ciphertext = (select ciphertext from vault.sealed where token = $1) where token = $2",
        [a.token, b.token],
      );
      await expect(vault.open(tx, [b.token])).rejects.toMatchObject({ code: "vault.unreadable" });
    });
  });

  it("named keys seal batches and files, until their name is destroyed", async () => {
    const { ground, clock } = world();
    const key = await ground.vault.namedKey("upload-1");
    const sealed = key.encrypt(Buffer.from("clear"), "chunk 0");
    expect(key.decrypt(sealed, "chunk 0").toString()).toBe("clear");
    expect(() => key.decrypt(sealed, "chunk 1")).toThrow();
    await ground.vault.destroyNamedKey("upload-1", clock.now());
    const again = await ground.vault.namedKey("upload-1");
    expect(() => again.decrypt(sealed, "chunk 0")).toThrow();
  });
});
