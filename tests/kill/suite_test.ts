import assert from "node:assert/strict";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { describeTally, hashesOf, killRepeatedly, requireOldOrNew, type Tally } from "./suite.ts";

/** Kills a job that writes one file carefully or carelessly. */
async function killWriter(way: "careful" | "careless", folder: string): Promise<Tally> {
  const [place, path] = [join(folder, "place"), join(folder, "place/file.txt")];
  const outcome = () => Promise.resolve(hashesOf({ file: path }));
  return await killRepeatedly({
    name: way,
    job: { task: "sbom", script: "tests/kill/careless_child.ts", args: [way, path], env: {}, folder: place },
    async reset() {
      await Deno.remove(place, { recursive: true }).catch(() => {});
      await Deno.mkdir(place);
    },
    outcome,
    async inspect(expected) {
      const found = await outcome();
      requireOldOrNew(found, { expected, before: { file: "none" } });
      return found.file === "none" ? "nothing" : "the file";
    },
  }, { kills: 8, seed: 3 });
}

Deno.test("killRepeatedly finds the half file of a careless writer, and none of a careful one", () =>
  inFolder(async (folder) => {
    const careful = await killWriter("careful", folder);
    assert.deepEqual([careful.tried, careful.lost], [8, []]);
    assert.match(describeTally(careful), /^careful: 8 of 8 kills survived \(/);
    const careless = await killWriter("careless", folder);
    assert.ok(careless.lost.length > 0, describeTally(careless));
    assert.match(careless.lost[0], /^after kill \d: file is neither old nor new/);
  }));
