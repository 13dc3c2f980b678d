import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { activeStaff, staffNames } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { memberIdAt } from "../members/index.ts";
import { aboutOne, businessDay } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { ladderState } from "../tiers/index.ts";
import {
  assignmentsOf,
  associateById,
  associateOfPerson,
  keptMembers,
  type ListedAssociate,
  listAssociates,
  storesToChoose,
  takenAccounts,
} from "./associate-store.ts";
import { addAssociate, assign, editAssociate } from "./associates.ts";
import { associateWithin } from "./hand-over.ts";
import {
  Count,
  DayCursor,
  Id,
  manage,
  memberWithin,
  Nullable,
  peopleOf,
  personOf,
  placeOf,
  read,
  readPeople,
  StoreCode,
  storesOf,
  tags,
  Text,
  Whose,
} from "./route-parts.ts";

const LISTED = 50;
const LISTED_MAX = 200;
const HISTORY_MAX = 20;
/** Sorts behind every day on which something is due. */
const NOTHING_DUE = "9999-12-31";

const Associate = Type.Object({
  associate_id: Count,
  code: Text,
  name: Nullable(Text),
  store_code: Nullable(Text),
  store: Nullable(Text),
  person_id: Nullable(Count),
  person: Nullable(Text),
  left_at: Nullable(Text),
  members: Count,
  open_tasks: Count,
  overdue: Count,
});
const settings = {
  name: Nullable(Type.String({ minLength: 1, maxLength: 60 })),
  store_code: Nullable(StoreCode),
  person_id: Nullable(Id),
};
const Edit = Type.Object(settings, { additionalProperties: false });
const New = Type.Object(
  { code: Type.String({ minLength: 1, maxLength: 64 }), ...settings },
  { additionalProperties: false },
);
const Params = Type.Object({ associate_id: Id });
const MembersQuery = Type.Object({
  cursor: Type.Optional(DayCursor),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LISTED_MAX })),
});
const KeptMember = Type.Object({
  ...Whose,
  since: Text,
  tier: Nullable(Text),
  tier_zh: Nullable(Text),
  tier_en: Nullable(Text),
  last_order_at: Nullable(Text),
  net_minor: Count,
  next_due: Nullable(Text),
  open_tasks: Count,
});
const Member = Type.Object({ member_id: Id });

/** Who looks after whom. */
export function associateRoutes(app: FastifyInstance, ground: Ground): void {
  listRoutes(app, ground);
  choicesRoute(app, ground);
  editRoutes(app, ground);
  membersRoute(app, ground);
  memberRoutes(app, ground);
}

const todayOf = (ground: Ground) => businessDay(ground.clock.now(), ground.config.timezone);

async function associateViews(ground: Ground, rows: readonly ListedAssociate[]) {
  const people = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    staffNames(
      tx,
      rows.map((row) => row.person_id),
    ),
  );
  return rows.map((row) => ({
    ...row,
    person: row.person_id === null ? null : (people.get(row.person_id) ?? null),
    left_at: row.left_at?.toISOString() ?? null,
  }));
}

function listRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/associates",
    {
      schema: {
        summary: "Associates of one's stores with their members, open and late tasks",
        tags,
        response: { 200: Type.Object({ items: Type.Array(Associate) }) },
      },
      config: read,
    },
    async (request) => {
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
        listAssociates(tx, storesOf(request), { today: todayOf(ground) }),
      );
      return { items: await associateViews(ground, rows) };
    },
  );
  app.get(
    "/api/associates/me",
    {
      schema: {
        summary: "The associate that whoever asks is; null: none",
        tags,
        response: { 200: Type.Object({ associate: Nullable(Associate) }) },
      },
      config: read,
    },
    async (request) => {
      const person_id = personOf(request);
      const rows = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const own = person_id === null ? undefined : await associateOfPerson(tx, person_id);
        if (own === undefined) return [];
        return listAssociates(tx, null, { today: todayOf(ground), associate_id: own.associate_id });
      });
      return { associate: (await associateViews(ground, rows))[0] ?? null };
    },
  );
}

const CHOICES_MAX = 2_000;

/** What an associate may be given: one's stores, and accounts that are no associate yet. */
function choicesRoute(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/associates/choices",
    {
      schema: {
        summary: "Stores and accounts that associates may have",
        tags,
        response: {
          200: Type.Object({
            stores: Type.Array(Type.Object({ store_code: Text, name: Text })),
            people: Type.Array(Type.Object({ person_id: Count, name: Text, taken: Type.Boolean() })),
          }),
        },
      },
      config: manage,
    },
    async (request) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const taken = await takenAccounts(tx);
        const people = (await activeStaff(tx)).slice(0, CHOICES_MAX);
        return {
          stores: await storesToChoose(tx, storesOf(request), CHOICES_MAX),
          people: people.map(({ person_id, name }) => ({ person_id, name, taken: taken.has(person_id) })),
        };
      }),
  );
}

function editRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof New> }>(
    "/api/associates",
    {
      schema: {
        summary: "One more associate, by the code under which source systems name them",
        tags,
        body: New,
        response: { 201: Type.Object({ associate_id: Count }) },
      },
      config: manage,
    },
    async (request, reply) => {
      const stores = storesOf(request);
      const associate_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        addAssociate(tx, ground, request.body, stores),
      );
      Object.assign(request.audit_subject, { associate_id });
      return reply.code(201).send({ associate_id });
    },
  );
  app.put<{ Params: Static<typeof Params>; Body: Static<typeof Edit> }>(
    "/api/associates/:associate_id",
    {
      schema: {
        summary: "Name, store and account of an associate; one who had left is there again",
        tags,
        params: Params,
        body: Edit,
        response: { 200: Type.Object({ associate_id: Count }) },
      },
      config: aboutOne("associate", manage),
    },
    async (request) => {
      const { associate_id } = request.params;
      Object.assign(request.audit_subject, { associate_id });
      const stores = storesOf(request);
      await ground.store.write(SYSTEM_SCOPE, (tx) => editAssociate(tx, associate_id, request.body, stores));
      return { associate_id };
    },
  );
}

function membersRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof Params>; Querystring: Static<typeof MembersQuery> }>(
    "/api/associates/:associate_id/members",
    {
      schema: {
        summary: "Members of an associate with tier, last purchase and what is due, those with something due first",
        tags,
        params: Params,
        querystring: MembersQuery,
        response: { 200: Type.Object({ items: Type.Array(KeptMember), next_cursor: Nullable(Text) }) },
      },
      config: aboutOne("associate", readPeople),
    },
    async (request) => {
      const { associate_id } = request.params;
      const { cursor, limit = LISTED } = request.query;
      const { rows, ladder } = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const own = await associateById(tx, associate_id);
        // one's own members are there whatever stores one sees
        if (own?.person_id === null || own?.person_id !== personOf(request))
          await associateWithin(tx, associate_id, storesOf(request));
        const rows = await keptMembers(tx, associate_id, { after: placeOf(cursor), limit: limit + 1 });
        return { rows, ladder: await ladderState(tx) };
      });
      const steps = new Map(ladder?.definition.tiers.map((step) => [step.key, step]));
      const page = rows.slice(0, limit);
      const people = await peopleOf(
        ground,
        request,
        page.map(({ member_id }) => member_id),
      );
      const last = page.at(-1);
      return {
        // members of stores that whoever asks does not see are left out
        items: page.flatMap((row) => {
          const member = people.get(row.member_id);
          return member === undefined ? [] : [keptView(row, member, steps.get(row.tier ?? ""))];
        }),
        next_cursor:
          rows.length > limit && last !== undefined ? `${last.next_due ?? NOTHING_DUE}_${last.member_id}` : null,
      };
    },
  );
}

function keptView(
  { since, tier_rank: _rank, ...row }: Awaited<ReturnType<typeof keptMembers>>[number],
  {
    name_masked,
    phone_masked,
    last_order_at,
    net_fen,
  }: {
    readonly name_masked: string | null;
    readonly phone_masked: string | null;
    readonly last_order_at: Date | null;
    readonly net_fen: number;
  },
  tier: { readonly zh: string; readonly en: string } | undefined,
) {
  return {
    ...row,
    tier_zh: tier?.zh ?? null,
    tier_en: tier?.en ?? null,
    since: since.toISOString(),
    name_masked,
    phone_masked,
    last_order_at: last_order_at?.toISOString() ?? null,
    net_minor: net_fen,
  };
}

function memberRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof Member> }>(
    "/api/members/:member_id/associates",
    {
      schema: {
        summary: "Who looks after a member, and who did before, newest first",
        tags,
        params: Member,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                associate_id: Count,
                code: Text,
                name: Nullable(Text),
                since: Text,
                until: Nullable(Text),
                cause: Text,
              }),
            ),
          }),
        },
      },
      config: aboutOne("member", { access: { permission: "members.read", level: "L3", enter: "L2" } }),
    },
    async ({ params, scope }) => {
      const member_id = await ground.store.read(scope, (tx) => memberIdAt(tx, params.member_id));
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => assignmentsOf(tx, member_id, HISTORY_MAX));
      return {
        items: rows.map(({ made_by: _by, since, until, ...row }) => ({
          ...row,
          since: since.toISOString(),
          until: until?.toISOString() ?? null,
        })),
      };
    },
  );
  app.put<{ Params: Static<typeof Member>; Body: { associate_id: number | null } }>(
    "/api/members/:member_id/associate",
    {
      schema: {
        summary: "Who looks after a member from now on; null: nobody",
        tags,
        params: Member,
        body: Type.Object({ associate_id: Nullable(Id) }, { additionalProperties: false }),
        response: { 200: Type.Object({ member_id: Count, associate_id: Nullable(Count) }) },
      },
      config: aboutOne("member", manage),
    },
    async (request) => {
      const { associate_id } = request.body;
      const member_id = await memberWithin(ground, request, request.params.member_id);
      Object.assign(request.audit_subject, { member_id, associate_id });
      const by = { person_id: personOf(request), stores: storesOf(request) };
      await ground.store.write(SYSTEM_SCOPE, (tx) => assign(tx, ground, member_id, associate_id, by));
      return { member_id, associate_id };
    },
  );
}
