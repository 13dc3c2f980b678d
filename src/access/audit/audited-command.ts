import type { Ground } from "../../ground.ts";
import { newUuid } from "../../platform/ids.ts";
import type { AuditEntry } from "./entry.ts";
import { auditWriter } from "./writer.ts";

/** An act that no request made: who did it, what it is, and its ids and codes so far. */
export interface Work {
  readonly actor: "command" | "robot";
  /** In whose name; null: the host's log-in knows. */
  readonly person_id: number | null;
  readonly action: string;
  readonly subject?: Readonly<Record<string, unknown>>;
}

/**
 * A command of the host's own shell as an act: written down before it begins and with its outcome, as for a person of the
 * console; who typed it the host's log-in knows. `run` gives whether it succeeded,
 * and puts ids and codes into the subject.
 */
export function auditedCommand(
  ground: Ground,
  action: string,
  run: (subject: Record<string, unknown>) => Promise<boolean>,
): Promise<void> {
  return auditedWork(ground, { actor: "command", person_id: null, action }, run);
}

/** As {@link auditedCommand}, for whoever works without a request. */
export async function auditedWork(
  ground: Ground,
  work: Work,
  run: (subject: Record<string, unknown>) => Promise<boolean>,
): Promise<void> {
  const began = ground.wall.now();
  const subject: Record<string, unknown> = { ...work.subject };
  const entry = (over: Pick<AuditEntry, "phase" | "succeeded" | "duration_ms">): AuditEntry => ({
    at: ground.wall.now(),
    person_id: work.person_id,
    actor: work.actor,
    action: work.action,
    method: "",
    path: "",
    subject: { ...subject },
    status: null,
    request_id,
    ip: null,
    ...over,
  });
  const request_id = newUuid(began);
  await auditWriter(ground).append(entry({ phase: "begun", succeeded: null, duration_ms: null }));
  let succeeded = false;
  try {
    succeeded = await run(subject);
  } finally {
    const duration_ms = ground.wall.now().getTime() - began.getTime();
    await auditWriter(ground).append(entry({ phase: "done", succeeded, duration_ms }));
  }
}
