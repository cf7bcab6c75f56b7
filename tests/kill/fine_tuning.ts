import assert from "node:assert/strict";
import { join } from "node:path";
import { readResults } from "../../lib/metrics/mod.ts";
import { finishTogether, statOrNull } from "../../lib/runtime/mod.ts";
import { saveNanoCheckpoint } from "../annotate/fixture.ts";
import { simulateFiles } from "./files.ts";
import { readState } from "./pretraining.ts";
import { runToEnd } from "./run.ts";
import { hashesOf, type Outcome, requireOldOrNew, type Victim } from "./suite.ts";

const MODEL = ["model.safetensors", "tables.safetensors", "genes.tsv", "head.safetensors"];

/** A fine-tuning over a model and results of another seed, which goes on from the last state that it saved. */
export async function fineTuning(folder: string): Promise<Victim> {
  const { reference, genes } = await simulateFiles(folder);
  const [checkpoint, place] = [join(folder, "checkpoint"), join(folder, "place")];
  await saveNanoCheckpoint(checkpoint, genes);
  const [tuned, states] = [join(place, "tuned"), join(place, "states")];
  const args = [
    `--set ${reference} --checkpoint ${checkpoint} --preset nano --epochs 4 --layers all --no-ablations`,
    `--save ${tuned} --resume ${states} --out ${place} --backend wasm`,
  ].join(" ").split(" ");
  const job = { task: "finetune", args, env: { KCELLFM_RESULTS: place, KCELLFM_MIRROR: "" }, folder: place };
  const files = Object.fromEntries(MODEL.map((name) => [name, join(tuned, name)]));
  const outcome = async (): Promise<Outcome> => ({ ...hashesOf(files), scores: await scoresIn(place) });
  await Deno.mkdir(place);
  await runToEnd({ ...job, args: [...args, "--seed", "7"] });
  const before = await outcome();
  const kept = join(folder, "kept");
  await Deno.remove(states, { recursive: true });
  await Deno.rename(place, kept);
  return {
    name: "fine-tuning",
    job,
    async reset() {
      await Deno.remove(place, { recursive: true }).catch(() => {});
      await copyFolder(kept, place);
    },
    outcome,
    async inspect(expected: Outcome) {
      const isPending = statOrNull(join(tuned, "pending.json")) !== null;
      finishTogether(tuned); // as every reader does
      const found = await outcome();
      requireOldOrNew(found, { expected, before });
      const changing = MODEL.filter((name) => expected[name] !== before[name]);
      const fresh = changing.filter((name) => found[name] !== before[name]);
      assert.ok(fresh.length % changing.length === 0, `of the model only ${fresh.join(", ")} are new`);
      if (isPending) assert.ok(fresh.length > 0, "renames were made good, and the model is the old one");
      if (fresh.length > 0) return isPending ? "the new model, between its renames" : "the new model";
      return readState(join(states, "0-kcellfm"))
        ? "the old model and a state to go on from"
        : "the old model";
    },
  };
}

/** All that a results file says but for what the clock and the machine decide. */
function scoresIn(folder: string): string {
  const results = readResults(folder);
  return JSON.stringify(
    results.map(({ seconds: _, cells_per_second: __, peak_mb: ___, ...scores }) => scores),
  );
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    await (isDirectory ? copyFolder : Deno.copyFile)(join(from, name), join(to, name));
  }
}
