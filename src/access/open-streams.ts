import type { FastifyRequest } from "fastify";
import type { Ground } from "../ground.ts";
import { type Loop, startLoop } from "../platform/timers.ts";
import type { Scope } from "../store/index.ts";
import { clientStays } from "./clients/admit.ts";
import { matrixAt } from "./matrix-live.ts";
import { requirePermitted, rightsOf, scopeFor, withoutFound } from "./rights.ts";
import { signedIn } from "./sessions.ts";
import { actingAs } from "./view-as.ts";

/** A stream is looked at so often: what was taken away is gone from open pages within a second too. */
const LOOK_MS = 500;

interface Open {
  readonly request: FastifyRequest;
  readonly end: () => void;
}
const watched = new WeakMap<Ground, { readonly open: Set<Open>; loop: Loop | undefined }>();

/**
 * Ends an answer that stays open once its person is gone, or the matrix no longer lets them in.
 * @returns how to stop watching, for when the stream has ended by itself.
 */
export function endWhenForbidden(ground: Ground, request: FastifyRequest, end: () => void): () => void {
  const state = watched.get(ground) ?? { open: new Set<Open>(), loop: undefined };
  watched.set(ground, state);
  const one: Open = { request, end };
  state.open.add(one);
  state.loop ??= startLoop(
    async () => {
      for (const each of state.open) {
        if (await stillAllowed(ground, each.request)) continue;
        state.open.delete(each);
        each.end();
      }
      return false;
    },
    {
      idle_ms: LOOK_MS,
      retry_ms_max: LOOK_MS,
      onError: (error) => ground.log.warn({ error: String(error) }, "open streams could not be checked"),
    },
  );
  return () => {
    state.open.delete(one);
    if (state.open.size > 0) return;
    void state.loop?.stop();
    state.loop = undefined;
  };
}

async function stillAllowed(ground: Ground, request: FastifyRequest): Promise<boolean> {
  const access = request.routeOptions.config.access;
  if (request.client !== undefined)
    return access !== undefined && "permission" in access && clientStays(ground, request, access);
  const signed = await signedIn(ground, request, false);
  if (signed === undefined || signed.owes !== undefined || access === undefined || !("permission" in access))
    return false;
  const matrix = await matrixAt(ground, signed.session.matrix_version);
  const { person, session } = actingAs(signed, matrix);
  const now = ground.wall.now();
  const rights = rightsOf(matrix, person.role, session, now);
  try {
    requirePermitted(rights, access, session, now);
  } catch {
    return false;
  }
  return stillHolds(request.scope, await scopeFor(ground, { person, session }, matrix, rights, access));
}

/** The stream was opened on rows and values that are still given: the same scope, with nobody gone whom it found. */
function stillHolds(opened: Scope, now: Scope): boolean {
  const found = new Set(now.found);
  return (
    JSON.stringify(withoutFound(opened)) === JSON.stringify(withoutFound(now)) &&
    (opened.found ?? []).every((member_id) => found.has(member_id))
  );
}
