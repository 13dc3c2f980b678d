import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ground } from "../../ground.ts";
import { newUuid } from "../../platform/ids.ts";
import { setSetting, settingOf, SYSTEM_SCOPE } from "../../store/index.ts";
import { signatureSuiteOf, signerOf, type Signer } from "./suites.ts";

/** The installation as checkpoints name it, and the key with which this host signs them. */
export interface HostIdentity {
  readonly installation: string;
  readonly signer: Signer;
}

const INSTALLATION = "audit.installation";

/** Made at the first start. The key lies beside the master key, outside of every data back-up. */
export async function hostIdentity(ground: Ground): Promise<HostIdentity> {
  const signer = signerOf(await hostKey(join(ground.config.data_dir, "keys"), ground.config.crypto_suite));
  const installation = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(480822)");
    const known = await settingOf<string>(tx, INSTALLATION);
    if (known !== undefined) return known;
    const made = newUuid(ground.wall.now());
    await setSetting(tx, INSTALLATION, made);
    return made;
  });
  return { installation, signer };
}

async function hostKey(folder: string, crypto_suite: "intl" | "gm"): Promise<string> {
  const file = join(folder, "audit-host.pem");
  const { private_pem } = signatureSuiteOf(crypto_suite).generate();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, private_pem, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFile(file, "utf8");
}
