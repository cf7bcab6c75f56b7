import { join } from "node:path";
import { openH5ad } from "../../lib/data/mod.ts";
import { writeAtlasShards } from "../../lib/simulate/mod.ts";
import { loadOntology } from "../../lib/ontology/mod.ts";
import { ATLAS } from "../experiments/atlas/fixture.ts";
import { saveNanoCheckpoint } from "../annotate/fixture.ts";
import { emptyFolder, hashesOf, noneOf, type Outcome, requireOldOrNew, type Victim } from "./suite.ts";

const SHARDS = ["shard_000", "shard_001", "shard_002"];

/** The naming of an atlas in three shards, which goes on behind the last finished one. */
export async function atlas(folder: string): Promise<Victim> {
  const [shards, checkpoint, place] = ["shards", "checkpoint", "place"].map((name) => join(folder, name));
  await writeAtlasShards(shards, await loadOntology(null), ATLAS);
  const first = await openH5ad(join(shards, `${SHARDS[0]}.h5ad`));
  await saveNanoCheckpoint(checkpoint, first.varNames);
  first.close();
  const answers = join(place, "answers");
  const files = Object.fromEntries(SHARDS.map((name) => [name, join(answers, `${name}.tsv.gz`)]));
  const outcome = () => Promise.resolve(hashesOf(files));
  const before = noneOf(SHARDS);
  return {
    name: "atlas",
    job: {
      task: "atlas",
      args: [
        `--set ${shards} --checkpoint ${checkpoint} --answers ${answers}`,
        "--workers 1 --shared-cells 0 --backend wasm",
      ].join(" ").split(" "),
      env: { KCELLFM_RESULTS: place, KCELLFM_MIRROR: "" },
      folder: place,
    },
    reset: () => emptyFolder(place),
    outcome,
    async inspect(expected: Outcome) {
      const found = await outcome();
      requireOldOrNew(found, { expected, before });
      const done = Object.values(found).filter((hash) => hash !== "none").length;
      return `${done} of ${SHARDS.length} shards`;
    },
  };
}
