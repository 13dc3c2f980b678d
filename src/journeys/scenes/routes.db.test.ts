import { afterAll, beforeAll, expect, test } from "vitest";
import { SCENES } from "../../../definitions/journeys/index.ts";
import { withDatabase } from "../../../tests/support/database.ts";
import { rows } from "../../../tests/support/member-records.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { type OwnerSession, signInOwner } from "../../../tests/support/owner.ts";

const world = withDatabase();
let owner: OwnerSession;

beforeAll(async () => {
  owner = await signInOwner(world());
});
afterAll(() => owner.app.close());

async function call(method: "GET" | "POST", url: string, payload?: object) {
  const headers = { cookie: owner.cookie };
  const answer = await owner.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  return answer.json();
}

test("scenes are listed with what they are for, their journey as it is sent, and their example", async () => {
  const { items } = await call("GET", "/api/journeys/shipped-scenes");
  expect(items.map(({ scene }: { scene: string }) => scene)).toEqual(SCENES.map(({ key }) => key));
  const [scene] = SCENES;
  expect(items[0]).toMatchObject({
    sentence: { zh: scene?.sentence_zh },
    journey: { key: scene?.key, ...scene?.journey },
    example: { messages: scene?.example.messages.map(([at, template]) => ({ at, template })) },
  });
});

test("a scene becomes a sound draft; its templates are drafts that nobody has approved, and stay as somebody wrote them", async () => {
  expect(await call("POST", "/api/journeys/from-scene", { scene: "no_such" })).toMatchObject({
    code: "journeys.scene_unknown",
  });
  expect(await call("POST", "/api/journeys/from-scene", { scene: "silent" })).toEqual({ journey: "silent" });
  const templates = () =>
    rows<{ template: string; state: string; title: string }>(
      world().ground,
      `select template, state, content ->> 'title' as title from channels.template_version
       where template like 'silent%' order by template`,
    );
  expect((await templates()).map(({ state }) => state)).toEqual(["draft", "draft", "draft"]);
  expect(await call("GET", "/api/journeys/silent")).toMatchObject({ state: "draft", problems: [], shown: 1 });
  await world().ground.store.write(SYSTEM_SCOPE, (tx) =>
    tx.query(`update channels.template_version set content = jsonb_set(content::jsonb, '{title}', '"改过"')::json
      where template = 'silent_gift'`),
  );
  expect(await call("POST", "/api/journeys/from-scene", { scene: "silent" })).toEqual({ journey: "silent_2" });
  expect((await templates()).map(({ title }) => title)).toContain("改过");
});

test("the share names every scene, the ones that are left with what they lack", async () => {
  const share = await call("GET", "/api/journeys/automation-share");
  expect(share).toMatchObject({ days: 30, marketing_sent: 0, marketing_automated: 0 });
  const silent = share.scenes.find(({ scene }: { scene: string }) => scene === "silent");
  expect(silent).toMatchObject({
    automated: false,
    counts: "moments",
    journeys: [
      { journey: "silent", state: "draft" },
      { journey: "silent_2", state: "draft" },
    ],
  });
});
