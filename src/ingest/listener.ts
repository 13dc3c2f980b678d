import type pg from "pg";
import type { Ground } from "../ground.ts";
import { startLoop } from "../platform/index.ts";

export interface Listener {
  stop(): Promise<void>;
}

/** Listens on PostgreSQL channels over a connection of its own, and reconnects when that is lost. */
export async function startListener(
  ground: Ground,
  channels: readonly string[],
  heard: (channel: string, payload: string) => void,
): Promise<Listener> {
  let client: pg.PoolClient | undefined;
  let lost = false;
  const connect = async () => {
    const fresh = await ground.store.pool.connect();
    lost = false;
    const onLost = () => {
      lost = true;
    };
    fresh.on("error", onLost);
    fresh.on("end", onLost);
    fresh.on("notification", (message) => heard(message.channel, message.payload ?? ""));
    for (const channel of channels) await fresh.query(`listen ${channel}`);
    client = fresh;
  };
  const loop = startLoop(
    async () => {
      if (client !== undefined && !lost) return false;
      client?.release(true);
      client = undefined;
      await connect();
      // What was said while nobody listened is made up for by one call.
      for (const channel of channels) heard(channel, "");
      return false;
    },
    {
      idle_ms: 1_000,
      retry_ms_max: 2_000,
      onError: (error) => ground.log.warn({ error: String(error) }, "listening is interrupted"),
    },
  );
  return {
    stop: async () => {
      await loop.stop();
      client?.release(true);
    },
  };
}
