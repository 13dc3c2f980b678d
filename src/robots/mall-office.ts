import type { Ground } from "../ground.ts";
import { setSetting, settingOf, type Tx } from "../store/index.ts";
import { insertRobot, keepSecret } from "./robot-store.ts";

/** The back office of an example world: written by the process that started it, never from the console. */
export interface MallOffice {
  readonly http: string;
}

const MALL_OFFICE = "robots.mall_office";

export const mallOffice = (tx: Tx) => settingOf<MallOffice>(tx, MALL_OFFICE);

export interface DemoRobot {
  readonly flow: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** null: on demand only. */
  readonly daily_at: string | null;
}

/**
 * Gives an example world its robots, once: they are nobody's until somebody takes them over. When the office has another
 * address they follow it.
 */
export async function useMallOffice(
  tx: Tx,
  ground: Ground,
  office: {
    readonly http: string;
    readonly secrets: Readonly<Record<string, string>>;
    readonly robots: readonly DemoRobot[];
  },
): Promise<void> {
  const before = await mallOffice(tx);
  await setSetting(tx, MALL_OFFICE, { http: office.http });
  if (before !== undefined) {
    await tx.query(
      "update robots.robot set inputs = jsonb_set(inputs, '{address}', to_jsonb($2::text)) where inputs ->> 'address' = $1",
      [before.http, office.http],
    );
    return;
  }
  for (const { flow, name, inputs, daily_at } of office.robots) {
    const wanted = {
      flow,
      name,
      inputs: { ...inputs, address: office.http },
      daily_at,
      owner_id: null,
      last_day: null,
    };
    const robot_id = await insertRobot(tx, wanted, ground.wall.now());
    for (const [secret, value] of Object.entries(office.secrets))
      await keepSecret(tx, ground, { robot_id, name: secret, value, set_by: null });
  }
}
