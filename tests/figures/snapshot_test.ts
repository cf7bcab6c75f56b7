import { deepStrictEqual } from "node:assert/strict";
import { figureJson } from "../../lib/figures/mod.ts";
import { sampleFigures } from "./samples.ts";

// Snapshots are committed; after a change of look that is wanted: UPDATE_SNAPSHOTS=1 deno task test, then read the diff.
const folder = new URL("../fixtures/figures/", import.meta.url);
const update = Deno.env.get("UPDATE_SNAPSHOTS") === "1";

for (const [name, figure] of Object.entries(sampleFigures())) {
  Deno.test(`figure ${name} is drawn as its snapshot says`, async () => {
    const path = new URL(`${name}.json`, folder);
    const drawn = JSON.parse(figureJson(figure));
    if (update) await Deno.writeTextFile(path, JSON.stringify(drawn) + "\n");
    deepStrictEqual(drawn, JSON.parse(await Deno.readTextFile(path)));
  });
}
