import assert from "node:assert/strict";
import { join } from "node:path";
import { openH5ad } from "lib/data/mod.ts";
import { createRng } from "lib/runtime/mod.ts";
import { saveNanoCheckpoint, withPair } from "../tasks/fixture.ts";
import { runAndKill, runWhole } from "./run.ts";

/** Which answers the killed runs left. */
export interface Answers {
  readonly kills: number;
  readonly old: number;
  readonly fresh: number;
}

/**
 * Kills an annotation `kills` times at random moments over an answer that is there already: afterwards there is the old one, byte
 * by byte, or the whole new one; the input stays as it was.
 */
export async function killAnnotation({ kills, seed }: { kills: number; seed: number }): Promise<Answers> {
  const answers = { kills: 0, old: 0, fresh: 0 };
  await withPair(async ({ folder, query, genes }) => {
    const [checkpoint, out] = [join(folder, "checkpoint"), join(folder, "out.h5ad")];
    await saveNanoCheckpoint(checkpoint, genes);
    const env = { KCELLFM_RESULTS: join(folder, "results") };
    await Deno.mkdir(env.KCELLFM_RESULTS);
    const args = [query, "--checkpoint", checkpoint, "--out", out, "--workers", "1", "--backend", "wasm"];
    let takes = await runWhole("annotate.ts", args, env);
    const expected = await calls(out);
    const [old, input] = [query, query].map((path) => Deno.readFileSync(path));
    for (let run = 0; answers.kills < kills; run++) {
      Deno.writeFileSync(out, old);
      const rng = createRng(seed).split("annotation").split(run);
      const end = await runAndKill("annotate.ts", args, { env, takes, rng });
      if (end.how === "done") {
        takes = Math.min(takes, end.ms); // a machine that is less busy than before
        continue;
      }
      answers.kills++;
      if (isSame(Deno.readFileSync(out), old)) answers.old++;
      else {
        assert.deepEqual(await calls(out), expected, "the answer is neither the old nor the new one");
        answers.fresh++;
      }
      assert.ok(isSame(Deno.readFileSync(query), input), "the input was changed");
    }
  }, { cells: 60, genes: 120 });
  return answers;
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

/** The called types of an answer: HDF5 keeps times, so that the bytes of two answers differ. */
async function calls(path: string): Promise<string[]> {
  const file = await openH5ad(path);
  try {
    const column = file.obs.columns.find((name) => name === "kcellfm_cell_type");
    assert.ok(column, `${path} has no kcellfm_cell_type`);
    return [...file.obs.getColumn(column)].map(String);
  } finally {
    file.close();
  }
}
