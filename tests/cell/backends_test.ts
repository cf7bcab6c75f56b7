import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import { CELL_PRESETS, encodeCells, initCellParams } from "../../lib/cell/mod.ts";
import type { TokenBatch } from "../../lib/genes/tokenizer.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import { isSoftware } from "../../lib/runtime/backend_webgpu.ts";

const config = { ...CELL_PRESETS.nano, length: 16 };
const GENES = 50;

/** Reference forms in other orders of summation, through two layers whose norms divide by small deviations. */
const TOLERANCE = 1e-3;

function drawBatch(): TokenBatch {
  const [cells, length] = [3, config.length];
  const rng = createRng("cells");
  const size = cells * length;
  return {
    cells,
    length,
    ids: Int32Array.from({ length: size }, () => rng.int(GENES)),
    values: Float32Array.from({ length: size }, () => 3 * rng.uniform()),
    lengths: Int32Array.of(length, 7, 1),
  };
}

/** Embeddings by the backend that runs now. */
async function embed(): Promise<Float32Array> {
  const params = initCellParams(createRng("params"), { config, genes: GENES, classes: 3 });
  const cells = tf.tidy(() => encodeCells(params, drawBatch(), { config }).cells);
  return await cells.data<"float32">();
}

/**
 * A software adapter gives the same numbers, but compiles shaders for minutes. Asked in a process of its own, since
 * the drivers that this loads can end a process at its exit (docs/LOG.md).
 */
async function hasGpu(): Promise<boolean> {
  const ask = "const { info } = await navigator.gpu?.requestAdapter() ?? {};" +
    "console.log(JSON.stringify(info && [info.description, info.isFallbackAdapter]))";
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", ask] }).output();
  const answer = new TextDecoder().decode(stdout).trim();
  if (!answer.startsWith("[")) return false;
  const [description, isFallbackAdapter] = JSON.parse(answer);
  return !isSoftware({ description, isFallbackAdapter });
}

/** Backends that a machine may lack. */
const OPTIONAL = {
  tensorflow: () => startBackend("tensorflow").then(() => true, () => false),
  webgpu: hasGpu,
};

for (const [name, isThere] of Object.entries(OPTIONAL)) {
  Deno.test({
    name: `encodeCells at nano gives the same cells on ${name} as on wasm`,
    ignore: !await isThere(),
    // devices and threads of a backend live as long as the process
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      await startBackend("wasm");
      const expected = await embed();
      await startBackend(name);
      const actual = await embed();
      assert.equal(tf.getBackend(), name);
      expected.forEach((value, i) =>
        assert.ok(Math.abs(actual[i] - value) < TOLERANCE, `${actual[i]} ${value}`)
      );
    },
  });
}
