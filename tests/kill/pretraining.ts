import assert from "node:assert/strict";
import { join } from "node:path";
import { readSafetensors } from "../../lib/data/tensors/mod.ts";
import { finishTogether, statOrNull } from "../../lib/runtime/mod.ts";
import { emptyFolder, hashesOf, noneOf, type Outcome, requireOldOrNew, type Victim } from "./suite.ts";

/** Four epochs of two steps, each with a state saved: most moments lie between two of them, some within. */
const ARGS = "--preset nano --corpus simulated --cells 100 --types 3 --epochs 4 --workers 1 --backend wasm"
  .split(" ");
const MODEL = ["model.safetensors", "tables.safetensors", "genes.tsv"];

/** A pretraining that goes on from the last state that it saved. */
export function pretraining(folder: string): Victim {
  const place = join(folder, "place");
  const out = join(place, "model");
  const files = Object.fromEntries(MODEL.map((name) => [name, join(out, name)]));
  const outcome = () => Promise.resolve(hashesOf(files));
  const before = noneOf(MODEL);
  return {
    name: "pretraining",
    job: {
      task: "pretrain",
      args: [...ARGS, "--out", out],
      env: { KCELLFM_RESULTS: place, KCELLFM_MIRROR: "" },
      folder: place,
    },
    reset: () => emptyFolder(place),
    outcome,
    async inspect(expected: Outcome) {
      finishTogether(out); // as every reader does
      requireOldOrNew(await outcome(), { expected, before });
      return readState(join(out, "training")) ? "a state to go on from" : "nothing yet";
    },
  };
}

/** Reads the state that a killed training left, if it had saved one; fails when it is half. */
export function readState(folder: string): boolean {
  const path = join(folder, "training.safetensors");
  if (statOrNull(path) === null) return false;
  const { metadata, tensors } = readSafetensors(path);
  assert.ok(tensors.size > 0 && JSON.parse(metadata.position).epoch >= 1);
  return true;
}
