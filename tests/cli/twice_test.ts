import assert from "node:assert/strict";
import { join } from "node:path";
import { simulatePair } from "../../lib/simulate/mod.ts";
import { loadOntology } from "../../lib/ontology/mod.ts";
import { createRng, ROOT, startBackend } from "../../lib/runtime/mod.ts";
import { inFolder } from "../folder.ts";
import { save, saveNanoCheckpoint, TYPES } from "../annotate/fixture.ts";

await startBackend("wasm");

/** What a results file has from the clock and the machine; all else is the same for a seed. */
const MEASURED = ["seconds", "cells_per_second", "peak_mb"];

/** Tunes a model in a process of its own; answers every file that it wrote, by name, as text. */
async function tune(folder: string, args: readonly string[]): Promise<Record<string, string>> {
  const flags = ["read", "write", "env", "sys", "ffi"].map((name) => `--allow-${name}`);
  const model = join(folder, "model");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", ...flags, "lib/cli/finetune.ts", ...args, "--save", model, "--out", folder],
    cwd: ROOT,
    env: { KCELLFM_MIRROR: "" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const result = JSON.parse(Deno.readTextFileSync(join(folder, "finetune-reference.json")));
  const metrics = JSON.stringify(result, (key, value) => MEASURED.includes(key) ? undefined : value);
  const files = Array.from(Deno.readDirSync(model), ({ name }) => [name, latin1(join(model, name))]);
  return { metrics, ...Object.fromEntries(files) };
}

const latin1 = (path: string): string => new TextDecoder("latin1").decode(Deno.readFileSync(path));

Deno.test("deno task finetune run twice with a seed writes the same bytes of metrics and model, with another seed others", () =>
  inFolder(async (folder) => {
    const options = { cells: 60, genes: 80, types: TYPES, depth: 1500, rarity: 0.3 };
    const { reference } = simulatePair(await loadOntology(null), options, createRng(5));
    const [set, checkpoint] = [join(folder, "reference.h5ad"), join(folder, "checkpoint")];
    await save(set, reference);
    await saveNanoCheckpoint(checkpoint, reference.varNames);
    const args = `--set ${set} --checkpoint ${checkpoint} --epochs 2 --no-ablations --backend wasm`.split(
      " ",
    );
    const runs = await Promise.all([1, 1, 2].map(async (seed, i) => {
      const place = join(folder, String(i));
      await Deno.mkdir(place);
      return await tune(place, [...args, "--seed", `${seed}`]);
    }));
    const [first, second, other] = runs;
    assert.ok(
      ["metrics", "model.safetensors", "head.safetensors", "config.json"].every((name) => name in first),
    );
    for (const [name, text] of Object.entries(first)) assert.ok(text === second[name], `${name} differs`);
    assert.notEqual(other["model.safetensors"], first["model.safetensors"]);
  }));
