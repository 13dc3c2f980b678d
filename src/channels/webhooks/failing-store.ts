import type { Indicator } from "../../store/index.ts";

const MINUTE_MS = 60_000;
const FAILING_MS = 15 * MINUTE_MS;

/** An endpoint that the platform turned off, or that has taken nothing for a quarter of an hour. */
export const failingEndpoints: Indicator = {
  name: "channels.webhooks_failing",
  zh: "收不到消息的 Webhook 接收端",
  en: "Webhook endpoints that take nothing",
  how: {
    zh: "因失败被停用，或连续失败超过 15 分钟的接收端数",
    en: "Endpoints that were disabled because they failed, or have failed for more than 15 minutes",
  },
  unit: "count",
  direction: "above",
  warn: 1,
  alarm: 3,
  window_minutes: null,
  advice: {
    zh: "打开接收端的投递记录看应答，与对方修好后重新启用；这期间的消息都在，会按原编号补发。",
    en: "Read the answers in the endpoint's log, have the other side mend it, turn it on again: what happened meanwhile waits and is sent under its own numbers.",
  },
  link: "/data/webhooks",
  read: async ({ tx, at }) => {
    const row = await tx.one<{ count: number }>(
      `select count(*)::int as count from channels.endpoint
       where state = 'disabled' or (state = 'on' and failing_since < $1)`,
      [new Date(at.getTime() - FAILING_MS)],
    );
    return [{ part: "", value: row?.count ?? 0 }];
  },
  inject: async ({ tx, at }, limit) => {
    await tx.query("delete from channels.endpoint");
    await tx.query(
      `insert into channels.endpoint (place, name, address_sealed, address_shown, kinds, secret_sealed, state, failing_since, made_at)
       select n, 'synthetic', '', '', '{webhook.test}', '', 'on', $1, $1 from generate_series(1, $2::int) n`,
      [new Date(at.getTime() - 2 * FAILING_MS), limit],
    );
    return { part: "" };
  },
};
