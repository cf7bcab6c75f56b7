import assert from "node:assert/strict";
import { join } from "node:path";
import { readSafetensors } from "lib/data/mod.ts";
import { createRng, statOrNull } from "lib/runtime/mod.ts";
import { runAndKill, runWhole } from "./run.ts";

/** Four epochs of two steps, each with a state saved: most moments lie between two of them, some within. */
const ARGS = [
  "--preset",
  "nano",
  "--data",
  "simulated",
  "--cells",
  "100",
  "--types",
  "3",
  "--epochs",
  "4",
  "--workers",
  "1",
  "--backend",
  "wasm",
];
const MODEL = ["model.safetensors", "tables.safetensors", "genes.tsv"];

/** What the kills of a suite left. */
export interface Survived {
  readonly kills: number;
  /** Runs that ended before they were killed. */
  readonly finished: number;
  /** Times that a killed run had saved a state, from which the next went on. */
  readonly resumed: number;
}

/**
 * Kills a pretraining at random moments, each time starting it again in the same folder, until it has been killed `kills` times;
 * every state on the way must be whole, and what it ends with equal to the bit to a run that was never killed.
 */
export async function killPretraining(
  folder: string,
  { kills, seed }: { kills: number; seed: number },
): Promise<Survived> {
  const rng = createRng(seed).split("pretraining");
  const env = { KCELLFM_RESULTS: join(folder, "results"), KCELLFM_MIRROR: "" };
  await Deno.mkdir(env.KCELLFM_RESULTS, { recursive: true });
  const whole = join(folder, "whole");
  let takes = await runWhole("pretrain.ts", [...ARGS, "--out", whole], env);
  const survived = { kills: 0, finished: 0, resumed: 0 };
  for (let chain = 0; survived.kills < kills; chain++) {
    const out = join(folder, `chain-${chain}`);
    const args = [...ARGS, "--out", out];
    while (survived.kills < kills) {
      const end = await runAndKill("pretrain.ts", args, { env, takes, rng: rng.split(survived.kills) });
      if (end.how === "done") {
        takes = Math.min(takes, end.ms); // a machine that is less busy than before
        survived.finished++;
        break;
      }
      survived.kills++;
      if (checkState(out)) survived.resumed++;
    }
    await runWhole("pretrain.ts", args, env);
    for (const name of MODEL) {
      const [killed, never] = [out, whole].map((place) => Deno.readFileSync(join(place, name)));
      assert.ok(
        killed.length === never.length && killed.every((byte, i) => byte === never[i]),
        `${name} differs`,
      );
    }
  }
  return survived;
}

/** Reads the resumable state of a killed run, if it had saved one; fails when it is half. */
function checkState(out: string): boolean {
  const path = join(out, "training/training.safetensors");
  if (!statOrNull(path)) return false;
  const { metadata, tensors } = readSafetensors(path);
  assert.ok(tensors.size > 0 && JSON.parse(metadata.position).epoch >= 1);
  return true;
}
