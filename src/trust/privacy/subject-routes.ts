import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { CORRECTABLE_SEALED, memberIdAt, sayConsents } from "../../members/index.ts";
import { aboutOne, hashSecret, newSecret, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { collectCopy, COPY_DAYS, lookAtCopy, makeLink } from "./copies.ts";
import { memberData } from "./member-data.ts";
import { REQUEST_KINDS, type RequestKind } from "./request-kind.ts";
import { isTextInForce } from "./register-store.ts";
import { literals, RequestId, todayOf } from "./request-routes.ts";
import { fileRequest, handle, storesOf, verify } from "./requests.ts";
import { listRequests, lockRequest, requestById, type RequestRow } from "./request-store.ts";
import { CALLS_A_MINUTE_MAX, insertToken, type SubjectToken, useToken } from "./subject-store.ts";

const tags = ["member-rights"];
const TOKEN_MINUTES = 30;
const LISTED_MAX = 100;
/** What the member does alone, without anybody who handles it; but who somebody is, a person looks at first. */
const AT_ONCE: ReadonlySet<RequestKind> = new Set([
  "access",
  "copy",
  "correct",
  "withdraw",
  "refuse_profiling",
  "allow_profiling",
]);
const subject = (audit: string) => ({ access: { subject: true, audit } }) as const;

const MemberId = Type.Object({ member_id: Type.Integer({ minimum: 1 }) });
const Consent = Type.Object({
  purpose: Type.String({ minLength: 1, maxLength: 60 }),
  medium: Type.String({ minLength: 1, maxLength: 30 }),
});
const Asking = Type.Object({
  kind: literals(REQUEST_KINDS),
  field: Type.Optional(Type.String({ maxLength: 40 })),
  value: Type.Optional(Type.String({ maxLength: 200 })),
  consents: Type.Optional(Type.Array(Consent, { minItems: 1, maxItems: 50 })),
  about: Type.Optional(Type.String({ maxLength: 200 })),
});
const Withdrawal = Type.Object({ consents: Type.Array(Consent, { minItems: 1, maxItems: 50 }) });
const Grant = Type.Object({ ...Consent.properties, text_version: Type.String({ minLength: 1, maxLength: 30 }) });
const CopySeen = Type.Object({
  bytes: Type.Integer(),
  sha256: Type.String(),
  made_at: Type.String({ format: "date-time" }),
  expires_at: Type.String({ format: "date-time" }),
});
const Link = Type.Object({ link: Type.String({ minLength: 20, maxLength: 100 }) });

/** The member behind the token of a request. @throws privacy.token_invalid, privacy.token_busy */
async function memberOf(ground: Ground, request: FastifyRequest): Promise<SubjectToken> {
  const [, secret] = /^Bearer ([\w-]{20,100})$/.exec(request.headers.authorization ?? "") ?? [];
  if (secret === undefined) throw problem("privacy.token_invalid");
  const token = await ground.store.write(SYSTEM_SCOPE, (tx) => useToken(tx, hashSecret(secret), ground.clock.now()));
  if (token === undefined) throw problem("privacy.token_invalid");
  if (token === "busy") throw problem("privacy.token_busy", { max: CALLS_A_MINUTE_MAX });
  Object.assign(request.audit_subject, { member_id: token.member_id, token_id: token.token_id });
  return token;
}

/** What a member app calls for the member it speaks for, and how it gets to speak. */
export function subjectRoutes(app: FastifyInstance, ground: Ground): void {
  tokenRoutes(app, ground);
  app.get(
    "/api/member-rights/data",
    { schema: { tags, summary: "Everything held about the member" }, config: subject("rights.see") },
    async (request) => memberData(ground, (await memberOf(ground, request)).member_id),
  );
  app.get(
    "/api/member-rights/requests",
    { schema: { tags, summary: "The member's requests" }, config: subject("rights.list") },
    async (request) => {
      const { member_id } = await memberOf(ground, request);
      const wish = { state: "all", kind: null, member_id, before: null, limit: LISTED_MAX } as const;
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => listRequests(tx, null, todayOf(ground), wish));
      return { items: rows.map(viewOf) };
    },
  );
  app.post<{ Body: Static<typeof Asking> }>(
    "/api/member-rights/requests",
    {
      schema: {
        tags,
        summary: "Ask; what needs nobody is done at once, a name, birthday or address waits for a person",
        body: Asking,
      },
      config: subject("rights.ask"),
    },
    async (request, reply) => {
      const { member_id } = await memberOf(ground, request);
      const { kind, value, ...wish } = request.body;
      const row = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const filing = { kind, member_id, via: "app", wish, value } as const;
        return askedAndDone(tx, ground, await fileRequest(tx, ground, filing, { person_id: null }));
      });
      Object.assign(request.audit_subject, { request_id: row.request_id, kind });
      return reply.code(201).send(viewOf(row));
    },
  );
  consentRoute(app, ground);
  grantRoute(app, ground);
  copyRoutes(app, ground);
}

/** The token has proved who asks; what changes nothing for others is done in the same transaction. */
async function askedAndDone(tx: Tx, ground: Ground, request_id: number): Promise<RequestRow> {
  const nobody = { person_id: null };
  await verify(tx, ground, await lockRequest(tx, request_id, null), { how: "subject_token", details: [] }, nobody);
  const row = await lockRequest(tx, request_id, null);
  const names_them = (CORRECTABLE_SEALED as readonly string[]).includes(row.wish.field ?? "");
  if (AT_ONCE.has(row.kind) && !names_them) await handle(tx, ground, row, nobody);
  return requestById(tx, request_id, null);
}

function consentRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof Withdrawal> }>(
    "/api/member-rights/withdrawals",
    {
      schema: { tags, summary: "Withdraw consent, in one step", body: Withdrawal },
      config: subject("rights.withdraw"),
    },
    async (request) => {
      const { member_id } = await memberOf(ground, request);
      const by = { person_id: null, reason: "rights of the member", now: ground.clock.now(), via: "app" };
      const words = request.body.consents.map((one) => ({ ...one, granted: false, text_version: null }));
      await ground.store.write(SYSTEM_SCOPE, (tx) => sayConsents(tx, ground, member_id, words, by));
      return { withdrawn: words.length };
    },
  );
}

/** Giving is bound to a text in force; withdrawing asks for nothing. */
function grantRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof Grant> }>(
    "/api/member-rights/consents",
    { schema: { tags, summary: "Agree to a published text", body: Grant }, config: subject("rights.consent") },
    async (request) => {
      const { member_id } = await memberOf(ground, request);
      const { purpose, medium, text_version } = request.body;
      const by = { person_id: null, reason: "word of the member", now: ground.clock.now(), via: "app" };
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        if (!(await isTextInForce(tx, purpose, text_version, todayOf(ground))))
          throw problem("privacy.text_not_in_force", { purpose, version: text_version });
        await sayConsents(tx, ground, member_id, [{ purpose, medium, granted: true, text_version }], by);
      });
      return { purpose, medium, text_version };
    },
  );
}

function tokenRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof MemberId> }>(
    "/api/members/:member_id/subject-token",
    {
      schema: {
        tags: ["privacy"],
        summary: "A token with which an app speaks for one member, after the member was identified",
        params: MemberId,
      },
      config: aboutOne("member", { access: { permission: "privacy.handle", level: "L3" } }),
    },
    async (request, reply) => {
      const secret = newSecret();
      const made_at = ground.clock.now();
      const expires_at = new Date(made_at.getTime() + TOKEN_MINUTES * 60_000);
      const member_id = await ground.store.read(request.scope, (tx) => memberIdAt(tx, request.params.member_id));
      const token_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        insertToken(tx, {
          hash: hashSecret(secret),
          member_id,
          made_by: request.person?.person_id ?? 0,
          made_at,
          expires_at,
        }),
      );
      Object.assign(request.audit_subject, { token_id });
      return reply.code(201).send({ token: secret, member_id, expires_at });
    },
  );
}

function copyRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof RequestId> }>(
    "/api/privacy/requests/:request_id/link",
    {
      schema: { tags: ["privacy"], summary: "A link for the member's copy, shown once", params: RequestId },
      config: aboutOne("rights_request", { access: { permission: "privacy.handle", level: "L3" } }),
    },
    async (request) => {
      const { request_id } = request.params;
      await ground.store.read(SYSTEM_SCOPE, (tx) => requestById(tx, request_id, storesOf(request.scope)));
      return { ...(await makeLink(ground, request_id)), days: COPY_DAYS };
    },
  );
  app.post<{ Params: Static<typeof RequestId> }>(
    "/api/member-rights/requests/:request_id/link",
    {
      schema: { tags, summary: "A link for the member's own copy", params: RequestId },
      config: subject("rights.link"),
    },
    async (request) => {
      const { member_id } = await memberOf(ground, request);
      const { request_id } = request.params;
      const row = await ground.store.read(SYSTEM_SCOPE, (tx) => requestById(tx, request_id, null));
      if (row.member_id !== member_id) throw problem("privacy.request_not_found", { request_id });
      return { ...(await makeLink(ground, request_id)), days: COPY_DAYS };
    },
  );
  app.post<{ Body: Static<typeof Link> }>(
    "/api/member-rights/copies/look",
    {
      schema: {
        tags,
        summary: "What a link leads to and by when it ends, without using it up",
        body: Link,
        security: [],
        response: { 200: CopySeen },
      },
      config: subject("rights.look"),
    },
    async (request) => {
      const { request_id, ...seen } = await lookAtCopy(ground, request.body.link);
      Object.assign(request.audit_subject, { request_id });
      return seen;
    },
  );
  // a form posts the link: fetching an address alone (a preview, a scanner) must not use it up
  app.post<{ Body: Static<typeof Link> }>(
    "/api/member-rights/copies",
    {
      schema: {
        tags,
        summary: "Fetch a copy by its link, once",
        body: Link,
        security: [],
        produces: ["application/zip"],
      },
      config: subject("rights.collect"),
    },
    async (request, reply) => {
      const { request_id, file } = await collectCopy(ground, request.body.link);
      Object.assign(request.audit_subject, { request_id });
      return reply
        .type("application/zip")
        .header("content-disposition", `attachment; filename="member-data-${request_id}.zip"`)
        .header("cache-control", "no-store")
        .send(file);
    },
  );
}

/** What the member is told of a request. */
function viewOf(row: RequestRow) {
  const { request_id, kind, state, received_at, due_day, closed_at, refusal_ground, refusal_reason, answer, proof } =
    row;
  return { request_id, kind, state, received_at, due_day, closed_at, refusal_ground, refusal_reason, answer, proof };
}
