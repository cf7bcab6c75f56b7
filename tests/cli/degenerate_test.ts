import assert from "node:assert/strict";
import { join } from "node:path";
import { command as annotate } from "../../lib/cli/annotate.ts";
import { command as finetune } from "../../lib/cli/finetune.ts";
import { openH5ad, writeH5ad } from "../../lib/data/mod.ts";
import { createRng, startBackend } from "../../lib/runtime/mod.ts";
import { capture } from "../capture.ts";
import { saveNanoCheckpoint, withPair } from "../annotate/fixture.ts";

await startBackend();

/** Runs a command with results going to a folder. */
const run = (command: Parameters<typeof capture>[0], args: string, results: string) =>
  capture(command, args, { KCELLFM_RESULTS: results });

/** Cells with counts by `draw` and labels by `label`. */
async function writeCells(
  path: string,
  genes: readonly string[],
  { cells, draw, label }: { cells: number; draw: (cell: number) => number; label?: (cell: number) => string },
): Promise<void> {
  const rows = Array.from({ length: cells }, (_, cell) => cell);
  const data = Float32Array.from(rows.flatMap((cell) => genes.map(() => draw(cell))));
  await writeH5ad(path, {
    x: { shape: [cells, genes.length], data },
    obsNames: rows.map((cell) => `cell ${cell}`),
    varNames: genes,
    ...(label && { obs: { cell_type: rows.map(label) } }),
  });
}

const counts = () => {
  const rng = createRng(4);
  return () => rng.poisson(1);
};

const UNUSABLE = [
  { what: "a file of no cells", name: "none.h5ad", cells: 0, said: /none\.h5ad.*no cells/ },
  {
    what: "a file whose cells are all zero",
    name: "zero.h5ad",
    cells: 20,
    said: /zero\.h5ad.*(zero|express)/,
  },
];
for (const { what, name, cells, said } of UNUSABLE) {
  Deno.test(`deno task annotate refuses ${what} in one line`, () =>
    withPair(async ({ folder, genes }) => {
      const [path, checkpoint, out] = [name, "checkpoint", "o.csv"].map((name) => join(folder, name));
      await saveNanoCheckpoint(checkpoint, genes);
      await writeCells(path, genes, { cells, draw: () => 0 });
      const { code, errors } = await run(annotate, `${path} --checkpoint ${checkpoint} --out ${out}`, folder);
      assert.deepEqual([code, errors.length], [1, 1], errors.join("\n"));
      assert.match(errors[0], said);
    }, { cells: 60, genes: 120 }));
}

Deno.test("deno task annotate names every cell of a file in which some cells are all zero", () =>
  withPair(async ({ folder, genes }) => {
    const [path, checkpoint, out] = ["some.h5ad", "checkpoint", "out.h5ad"].map((name) => join(folder, name));
    await saveNanoCheckpoint(checkpoint, genes);
    const draw = counts();
    await writeCells(path, genes, { cells: 20, draw: (cell) => cell < 5 ? 0 : draw() });
    const { code, errors } = await run(annotate, `${path} --checkpoint ${checkpoint} --out ${out}`, folder);
    assert.deepEqual([code, errors], [0, []]);
    const answer = await openH5ad(out);
    assert.ok(answer.obsm("X_kcellfm").data.every(Number.isFinite));
    answer.close();
  }, { cells: 60, genes: 120 }));

Deno.test("deno task finetune refuses labels of one class in one line", () =>
  withPair(async ({ folder, genes }) => {
    const [path, checkpoint] = [join(folder, "one.h5ad"), join(folder, "checkpoint")];
    await saveNanoCheckpoint(checkpoint, genes);
    await writeCells(path, genes, { cells: 60, draw: counts(), label: () => "T cell" });
    const { code, errors } = await run(
      finetune,
      `--set ${path} --checkpoint ${checkpoint} --preset nano`,
      folder,
    );
    assert.equal(code, 1, errors.join("\n"));
    assert.match(errors.at(-1)!, /^error: Cannot learn from one.*of 1 class; at least two are needed/);
    assert.doesNotMatch(errors.at(-1)!, /unexpected/);
  }, { cells: 60, genes: 120 }));
