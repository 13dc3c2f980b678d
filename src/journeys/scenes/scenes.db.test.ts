import { describe, expect, test } from "vitest";
import { SCENES } from "../../../definitions/journeys/index.ts";
import { openTestWorld } from "../../../tests/support/database.ts";
import { inUtc, playScene, toldInUtc } from "../../../tests/support/played-scenes.ts";

describe("a shipped scene does to the member of its example what the example says, at those instants", () => {
  test.for(SCENES.map((scene) => [scene.key, scene] as const))("%s", async ([, scene]) => {
    const { world, cleanUp } = await openTestWorld();
    try {
      const played = await playScene(world, scene);
      expect(played.ways).toEqual(inUtc(scene.example.way));
      expect(played.messages).toEqual(toldInUtc(scene.example.messages));
      expect(played.runs.map(({ troubles }) => troubles)).toEqual([0]);
    } finally {
      await cleanUp();
    }
  });
});
