import assert from "node:assert/strict";
import { join } from "node:path";
import { command } from "../../lib/cli/annotate.ts";
import { EXIT } from "../../lib/cli/mod.ts";
import { unlink } from "../../lib/data/hdf5/unlink.ts";
import { openH5ad, writeH5ad } from "../../lib/data/mod.ts";
import { readResults } from "../../lib/metrics/mod.ts";
import { createRng, ROOT, startBackend } from "../../lib/runtime/mod.ts";
import { capture } from "../capture.ts";
import { type PairOnDisk, saveNanoCheckpoint, withPair } from "../annotate/fixture.ts";

await startBackend();

/** A pair on disk, a nano checkpoint that knows its genes, and an empty folder for outputs. */
async function withCheckpoint(
  test: (pair: PairOnDisk & { checkpoint: string; outputs: string }) => Promise<void>,
) {
  await withPair(async (pair) => {
    const [checkpoint, outputs] = [join(pair.folder, "checkpoint"), join(pair.folder, "outputs")];
    await saveNanoCheckpoint(checkpoint, pair.genes);
    await Deno.mkdir(outputs);
    await test({ ...pair, checkpoint, outputs });
  }, { cells: 60, genes: 120 });
}

/** Runs the command with results going to `outputs`; what it said, and the files that it left there. */
async function run(args: string, outputs: string) {
  const outcome = await capture(command, args, { KCELLFM_RESULTS: outputs });
  return { ...outcome, written: Array.from(Deno.readDirSync(outputs), ({ name }) => name).sort() };
}

Deno.test("deno task annotate writes answer, report and result, and says how good it is", () =>
  withCheckpoint(async ({ query, reference, checkpoint, outputs }) => {
    const out = join(outputs, "answer.h5ad");
    const args =
      `${query} --reference ${reference} --label-key cell_type --checkpoint ${checkpoint} --out ${out}`;
    const { code, printed, written, errors } = await run(args, outputs);
    assert.deepEqual([code, errors], [EXIT.ok, []]);
    assert.deepEqual(written, ["annotate-query.json", "answer.h5ad", "answer.html"]);
    assert.match(printed, /Against obs "cell_type" \(60 cells\)[\s\S]*kcellfm[\s\S]*logistic_regression/);
    const [result] = readResults(outputs);
    assert.deepEqual([result.task, result.set, result.preset, result.seed], [
      "annotate",
      "query",
      "nano",
      42,
    ]);
    const file = await openH5ad(out);
    assert.equal(file.element("uns/kcellfm/method"), "reference");
    file.close();
  }));

Deno.test("deno task annotate without --out answers in the results folder under the file's name", () =>
  withCheckpoint(async ({ query, checkpoint, outputs }) => {
    const { code, written } = await run(`${query} --checkpoint ${checkpoint}`, outputs);
    assert.equal(code, EXIT.ok);
    assert.deepEqual(written, [
      "annotate_zero_shot-query.json",
      "query.annotated.h5ad",
      "query.annotated.html",
    ]);
  }));

Deno.test("deno task annotate --hold-out-types scores the novelty of each type and writes its result", () =>
  withCheckpoint(async ({ query, reference, checkpoint, outputs }) => {
    const args = `${query} --reference ${reference} --checkpoint ${checkpoint} --hold-out-types`;
    const { code, printed, written, errors } = await run(args, outputs);
    assert.deepEqual([code, errors], [EXIT.ok, []]);
    assert.deepEqual(written, ["novelty-query_by_reference.json"]);
    assert.match(printed, /AUROC of novelty on each held-out type[\s\S]*max_softmax[\s\S]*h_score/);
    const [{ task, repeats, metrics, baselines }] = readResults(outputs);
    assert.equal(task, "novelty");
    assert.ok(repeats >= 3);
    assert.deepEqual(Object.keys(baselines), ["max_softmax", "nearest_cells"]);
    assert.ok((metrics.auroc ?? 0) > 0.5, `${metrics.auroc}`); // chance is 0.5
  }));

/** A call that has to fail: what is wrong, how the file is made, further flags, and what the line says. */
interface BadCall {
  readonly what: string;
  readonly make?: (path: string, pair: PairOnDisk) => Promise<unknown>;
  readonly name?: string;
  readonly flags?: (pair: PairOnDisk) => string;
  readonly says: RegExp;
  readonly code?: number;
}

const bytesOf = (path: string) => Deno.readFile(path);
const genes = (count: number) => Array.from({ length: count }, (_, i) => `gene ${i}`);

/** A small file of our own: 20 cells, values by `draw`. */
async function writeCells(path: string, varNames: readonly string[], draw: () => number): Promise<void> {
  const shape = [20, varNames.length];
  const data = Float32Array.from({ length: shape[0] * shape[1] }, draw);
  await writeH5ad(path, { x: { shape, data }, obsNames: genes(20), varNames });
}

const CYCLE = `format-version: 1.2

[Term]
id: CL:0000001
name: first
is_a: CL:0000002

[Term]
id: CL:0000002
name: second
is_a: CL:0000001
`;

const BAD_CALLS: BadCall[] = [
  {
    what: "a truncated h5ad",
    make: async (path, { query }) => await Deno.writeFile(path, (await bytesOf(query)).subarray(0, 5_000)),
    says: /bad\.h5ad.*(truncated|cut off|incomplete|shorter)/,
  },
  {
    what: "an h5ad without X",
    make: async (path) => {
      await writeH5ad(path, {
        x: { shape: [2, 1], data: new Float32Array(2) },
        obsNames: ["a", "b"],
        varNames: ["g"],
      });
      unlink(path, "X", { shown: path });
    },
    says: /bad\.h5ad.*no X/,
  },
  {
    what: "a file with 2 % known genes",
    make: (path, pair) => writeCells(path, [...pair.genes.slice(0, 4), ...genes(196)], counts(1)),
    says: /bad\.h5ad: only 2\.0 % of its 200 expressed genes are known, at least 30 % are needed/,
  },
  {
    what: "negative values called raw",
    make: (path, pair) => writeCells(path, pair.genes, normals(1)),
    flags: () => "--values counts",
    says: /bad\.h5ad as counts: it holds negative values/,
  },
  { what: "an empty file", make: (path) => Deno.writeFile(path, new Uint8Array()), says: /bad\.h5ad.*empty/ },
  { what: "a file that is not there", says: /bad\.h5ad.*(not exist|No such|not found|missing)/i },
  {
    what: "a missing label key",
    make: async (path, { query }) => await Deno.copyFile(query, path),
    flags: ({ reference }) => `--reference ${reference} --label-key leiden`,
    says: /reference\.h5ad has no column "leiden" \(its columns: cell_type/,
  },
  {
    what: "an OBO with a cycle",
    make: async (path, { query, folder }) => {
      await Deno.copyFile(query, path);
      await Deno.writeTextFile(join(folder, "cycle.obo"), CYCLE);
    },
    flags: ({ folder }) => `--ontology ${join(folder, "cycle.obo")}`,
    says: /cycle\.obo.*cycle, CL:000000[12]/,
  },
  {
    what: "an out path in a missing folder",
    make: async (path, { query }) => await Deno.copyFile(query, path),
    flags: ({ folder }) => `--out ${join(folder, "nowhere", "out.h5ad")}`,
    says: /Cannot write .*nowhere.*the folder .* does not exist/,
  },
  {
    what: "an out path that is the input",
    make: async (path, { query }) => await Deno.copyFile(query, path),
    flags: ({ folder }) => `--out ${join(folder, "bad.h5ad")}`,
    says: /Cannot write .*bad\.h5ad: it is the input/,
    code: EXIT.usage,
  },
  {
    what: "a checkpoint that is not there",
    make: async (path, { query }) => await Deno.copyFile(query, path),
    flags: ({ folder }) => `--checkpoint ${join(folder, "none")}`,
    says: /none.*missing/,
  },
];

for (const { what, make, flags, says, code = EXIT.failed } of BAD_CALLS) {
  Deno.test(`deno task annotate answers ${what} with one line and no output`, () =>
    withCheckpoint(async (pair) => {
      const path = join(pair.folder, "bad.h5ad");
      await make?.(path, pair);
      const before = Array.from(Deno.readDirSync(pair.folder), ({ name }) => name).sort();
      const usual = `--out ${join(pair.outputs, "out.h5ad")} --checkpoint ${pair.checkpoint}`;
      const outcome = await run([path, usual, flags?.(pair) ?? []].flat().join(" "), pair.outputs);
      assert.equal(outcome.errors.length, 1, outcome.errors.join("\n"));
      assert.match(outcome.errors[0], says);
      assert.doesNotMatch(outcome.errors[0], /\n|unexpected/);
      assert.equal(outcome.code, code);
      assert.deepEqual(outcome.written, []);
      assert.deepEqual(Array.from(Deno.readDirSync(pair.folder), ({ name }) => name).sort(), before);
    }));
}

function counts(seed: number): () => number {
  const rng = createRng(seed);
  return () => 1 + rng.poisson(2);
}

function normals(seed: number): () => number {
  return createRng(seed).normal;
}

Deno.test("deno task annotate runs with the permissions its task names", () =>
  withCheckpoint(async ({ query, checkpoint, outputs }) => {
    const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
    const [, ...flags] = tasks.annotate.split(" ");
    const script = join(ROOT, flags.pop());
    const out = join(outputs, "answer.csv");
    const child = new Deno.Command(Deno.execPath(), {
      args: [...flags, "--no-check", script, query, "--checkpoint", checkpoint, "--out", out],
      env: { KCELLFM_RESULTS: outputs, NO_COLOR: "1" },
      cwd: ROOT,
    });
    const { code, stderr } = await child.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.equal((await Deno.readTextFile(out)).split("\n").length, 62); // header, 60 cells, the last newline
  }));
