import { settingOf, type Tx } from "../store/index.ts";

/** The channel simulator of an example world: written by the process that started it, never from the console. */
export interface ChannelSim {
  readonly http: string;
}

export const CHANNEL_SIM = "channels.channel_sim";

export const channelSim = (tx: Tx) => settingOf<ChannelSim>(tx, CHANNEL_SIM);
