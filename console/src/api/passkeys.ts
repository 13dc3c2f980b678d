import { api } from "./client.ts";

interface WithJson {
  toJSON(): unknown;
}

/** Whether this browser can make and ask passkeys here. */
export function canUsePasskeys(): boolean {
  return typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/** Has the browser make a passkey and gives it to the server. @returns recovery codes when it is the first factor */
export async function addPasskey(name: string): Promise<readonly string[] | null> {
  const options = await api.post<PublicKeyCredentialCreationOptionsJSON>("/api/me/factors/passkey/options");
  const made = await navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
  });
  if (made === null) throw new Error("no passkey was made");
  const response = (made as unknown as WithJson).toJSON();
  return (await api.post<{ recovery_codes: readonly string[] | null }>("/api/me/factors/passkey", { name, response }))
    .recovery_codes;
}

/** Asks one of the person's passkeys and has the server check the answer. */
export async function provePasskey(): Promise<void> {
  const options = await api.post<PublicKeyCredentialRequestOptionsJSON>("/api/session/passkey/options");
  const answer = await navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
  });
  if (answer === null) throw new Error("no passkey answered");
  await api.post("/api/session/passkey", { response: (answer as unknown as WithJson).toJSON() });
}
