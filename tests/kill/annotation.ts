import assert from "node:assert/strict";
import { join } from "node:path";
import { openH5ad } from "../../lib/data/mod.ts";
import { saveNanoCheckpoint } from "../annotate/fixture.ts";
import { simulateFiles } from "./files.ts";
import { emptyFolder, hashOf, type Outcome, type Victim } from "./suite.ts";

/** An annotation over an answer that is there already; the file that it reads must stay as it was. */
export async function annotation(folder: string): Promise<Victim> {
  const { query, genes } = await simulateFiles(folder);
  const [checkpoint, place] = [join(folder, "checkpoint"), join(folder, "place")];
  await saveNanoCheckpoint(checkpoint, genes);
  const out = join(place, "out.h5ad");
  const [old, input] = [Deno.readFileSync(query), hashOf(query)];
  const before = hashOf(query);
  return {
    name: "annotation",
    job: {
      task: "annotate",
      args: [query, "--checkpoint", checkpoint, "--out", out, "--workers", "1", "--backend", "wasm"],
      env: { KCELLFM_RESULTS: place },
      folder: place,
    },
    async reset() {
      await emptyFolder(place);
      await Deno.writeFile(out, old);
    },
    outcome: async () => ({ calls: await callsOf(out), input: hashOf(query) }),
    async inspect(expected: Outcome) {
      assert.equal(hashOf(query), input, "the file that was read is another");
      if (hashOf(out) === before) return "the old answer";
      assert.equal(await callsOf(out), expected.calls, "the answer is neither the old nor the new one");
      return "the new answer";
    },
  };
}

/** The called types of an answer: HDF5 keeps times, so that the bytes of two answers differ. */
async function callsOf(path: string): Promise<string> {
  const file = await openH5ad(path);
  try {
    assert.ok(file.obs.columns.includes("kcellfm_cell_type"), `${path} has no kcellfm_cell_type`);
    return file.obs.values("kcellfm_cell_type").join("\n");
  } finally {
    file.close();
  }
}
