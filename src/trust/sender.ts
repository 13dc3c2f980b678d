import type { Ground } from "../ground.ts";
import { sendMail } from "../platform/alerts/mail.ts";
import type { AlertMessage } from "../platform/alerts/message.ts";
import { OutgoingFailed, OutgoingRefused, type OutgoingRule, postOutgoing } from "../platform/alerts/outgoing.ts";
import { ROBOTS } from "../platform/alerts/robots.ts";
import { setSetting, settingOf, type Tx } from "../store/index.ts";
import { type ChannelKind, type ChannelRow, robotAddress, type RobotAddress } from "./channel-store.ts";

/** The channel simulator of an example world: written by the process that started it, never from the console. */
export interface SimAddress {
  readonly http: string;
  readonly smtp: string;
}

const SIM = "trust.channel_sim";
const TIMEOUT_MS = 8_000;

export async function rememberSim(tx: Tx, address: SimAddress): Promise<void> {
  await setSetting(tx, SIM, address);
}

export function simAddress(tx: Tx): Promise<SimAddress | undefined> {
  return settingOf<SimAddress>(tx, SIM);
}

/** What became of one message. */
export interface Sent {
  readonly ok: boolean;
  readonly code: string;
  readonly text: string;
  /** It may have arrived, although no answer says so. */
  readonly uncertain: boolean;
  /** No further try can help. */
  readonly final: boolean;
  /** The service takes no more for so long. */
  readonly pause_seconds?: number;
}

export interface Route {
  readonly robot: RobotAddress | undefined;
  readonly sim: SimAddress | undefined;
  /** Mail addresses of whom a message is for. */
  readonly mail_to: readonly string[];
}

export async function routeOf(tx: Tx, ground: Ground, channel: ChannelRow, mail_to: readonly string[]): Promise<Route> {
  const sim = channel.simulated ? await simAddress(tx) : undefined;
  const robot = channel.kind === "mail" ? undefined : await robotAddress(tx, ground, channel.channel_id);
  return { robot, sim, mail_to };
}

/** Where robots may be: the services' own hosts, what the machine's owner named, and the simulator for its channels. */
export function outgoingRule(ground: Ground, sim: SimAddress | undefined): OutgoingRule {
  const open = sim === undefined ? ground.config.alert_origins : [...ground.config.alert_origins, sim.http];
  return { hosts: Object.values(ROBOTS).map(({ host }) => host), open };
}

function failed(code: string, text: string, over: Partial<Sent> = {}): Sent {
  return { ok: false, code, text, uncertain: false, final: false, ...over };
}

/** Sends one message on a channel; every end of it is an answer, nothing is thrown. */
export async function sendOn(ground: Ground, channel: ChannelRow, route: Route, message: AlertMessage): Promise<Sent> {
  if (channel.simulated && route.sim === undefined)
    return failed("no_simulator", "the channel simulator is not running");
  try {
    return channel.kind === "mail"
      ? await sendByMail(ground, route, message)
      : await sendToRobot(ground, channel.kind, route, message);
  } catch (error) {
    if (error instanceof OutgoingRefused) return failed(`refused_${error.reason}`, error.message, { final: true });
    if (error instanceof OutgoingFailed) return failed("no_answer", error.message, { uncertain: error.sent });
    throw error;
  }
}

async function sendByMail(ground: Ground, { sim, mail_to }: Route, message: AlertMessage): Promise<Sent> {
  const url = sim?.smtp ?? ground.config.smtp_url;
  if (url === "") return failed("no_mail_server", "HUITOU_SMTP_URL is not set", { final: true });
  if (mail_to.length === 0) return failed("no_recipient", "nobody is on call", { final: true });
  const text = await sendMail({ url, from: ground.config.mail_from }, mail_to, message, TIMEOUT_MS);
  return { ok: true, code: "250", text, uncertain: false, final: false };
}

async function sendToRobot(
  ground: Ground,
  kind: Exclude<ChannelKind, "mail">,
  { robot, sim }: Route,
  message: AlertMessage,
): Promise<Sent> {
  if (robot === undefined) return failed("no_address", "no address", { final: true });
  const service = ROBOTS[kind];
  const { url, body } = service.request(robot.address, robot.secret, message, ground.wall.now());
  const target = sim === undefined ? url : new URL(url.slice(new URL(url).origin.length), sim.http).toString();
  const answer = await postOutgoing(target, body, { rule: outgoingRule(ground, sim), timeout_ms: TIMEOUT_MS });
  if (answer.status !== 200) return failed(`http_${answer.status}`, answer.text);
  let read: unknown;
  try {
    read = JSON.parse(answer.text);
  } catch {
    return failed("no_json", answer.text, { uncertain: true });
  }
  const said = service.answer(read);
  if (said.ok) return { ok: true, code: said.code, text: said.text, uncertain: false, final: false };
  return failed(said.code, said.text, said.limited ? { pause_seconds: service.pause_seconds } : {});
}
