import type { Ground } from "../../ground.ts";
import type { WecomSettings } from "./carrier-settings.ts";
import { callWecom, WecomFailed } from "./wecom-call.ts";

/** A task that the company prepared for its associates. */
export interface Broadcast {
  readonly msgid: string;
  readonly created_at: Date;
  readonly text: string;
}

const PAGES_MAX = 200;
const SKEW_MS = 60_000;

/** All that were prepared since, the whole list or nothing. @throws WecomFailed */
export async function broadcastsOf(ground: Ground, settings: WecomSettings, since: Date): Promise<Broadcast[]> {
  const found: Broadcast[] = [];
  let cursor = "";
  for (let page = 1; ; page += 1) {
    if (page > PAGES_MAX) throw new WecomFailed("too_many_pages", true);
    const { code, answer } = await callWecom(ground, settings, "/cgi-bin/externalcontact/get_groupmsg_list_v2", {
      chat_type: "single",
      start_time: Math.floor((since.getTime() - SKEW_MS) / 1_000),
      end_time: Math.ceil((ground.wall.now().getTime() + SKEW_MS) / 1_000),
      limit: 100,
      cursor,
    });
    if (code !== "0") throw new WecomFailed(code, true);
    const list = answer["group_msg_list"];
    for (const one of Array.isArray(list) ? (list as Record<string, unknown>[]) : [])
      found.push({
        msgid: String(one["msgid"]),
        created_at: new Date(Number(one["create_time"]) * 1_000),
        text: String((one["text"] as { content?: unknown } | undefined)?.content ?? ""),
      });
    cursor = String(answer["next_cursor"] ?? "");
    if (cursor === "") return found;
  }
}
