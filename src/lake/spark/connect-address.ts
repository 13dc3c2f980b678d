const PORT = 15_002;

/** Where a Spark Connect server listens, and how it wants to be spoken to. */
export interface ConnectAddress {
  /** host:port */
  readonly target: string;
  readonly tls: boolean;
  readonly token: string | undefined;
  readonly user: string;
}

/**
 * Reads Spark's own form of address: `sc://host:port/;use_ssl=true;token=…;user_id=…`. A token makes the connection
 * encrypted, as Spark's own clients do.
 * @throws with a sentence in both languages when the text is no such address.
 */
export function readAddress(url: string): ConnectAddress {
  const parts = /^sc:\/\/([^/:;\s]+|\[[0-9a-fA-F:]+\])(?::(\d{1,5}))?\/?((?:;[a-z_-]+=[^;]*)*)$/.exec(url);
  if (parts === null) {
    throw new Error(
      `SPARK_CONNECT_URL must look like sc://host:15002/;use_ssl=true · SPARK_CONNECT_URL 应形如 sc://主机:15002/;use_ssl=true`,
    );
  }
  const entries = (parts[3] ?? "").split(";").filter((part) => part !== "");
  const options = new Map(entries.map((part) => [part.split("=")[0] ?? "", part.slice(part.indexOf("=") + 1)]));
  const token = options.get("token");
  return {
    target: `${parts[1]}:${parts[2] ?? PORT}`,
    tls: token !== undefined || options.get("use_ssl") === "true",
    token,
    user: options.get("user_id") ?? "huitou",
  };
}
