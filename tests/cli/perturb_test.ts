import assert from "node:assert/strict";
import { join } from "node:path";
import { command } from "../../lib/cli/perturb.ts";
import { EXIT } from "../../lib/cli/run.ts";
import { simulateScreen, writeScreen } from "../../lib/simulate/mod.ts";
import { openCells, writeH5ad } from "../../lib/data/mod.ts";
import { pearson, readResults } from "../../lib/metrics/mod.ts";
import { createRng, ROOT } from "../../lib/runtime/mod.ts";
import { changeOf, openPerturbations } from "../../lib/experiments/perturb/mod.ts";
import { capture } from "../capture.ts";
import { SMALL_SCREEN } from "../experiments/perturb/small_screen.ts";

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const out = join(folder, "results");

/** Runs the command. */
const run = (args: string) => capture(command, `${args} --out ${out}`);

const screen = join(folder, "screen.h5ad");
await writeScreen(screen, simulateScreen(SMALL_SCREEN, createRng(2)));

/** An h5ad of counts with these conditions, three cells each. */
async function written(name: string, conditions: readonly string[], column = "condition"): Promise<string> {
  const path = join(folder, name);
  const texts = conditions.flatMap((text) => [text, text, text]);
  await writeH5ad(path, {
    x: {
      shape: [texts.length, 2],
      data: Float32Array.from({ length: 2 * texts.length }, (_, i) => 1 + i % 3),
    },
    obsNames: texts.map((_, i) => `cell${i}`),
    varNames: ["A", "B"],
    obs: { [column]: texts },
  });
  return path;
}

Deno.test("deno task perturb says in one line what is wrong with a file or a flag, and writes nothing", async () => {
  const cases = [
    [
      `--set ${await written("nocontrol.h5ad", ["A+ctrl", "B+ctrl"])}`,
      /^error: Cannot use nocontrol\.h5ad: no cell is a control/m,
    ],
    [
      `--set ${await written("drugs.h5ad", ["A", "ctrl"], "drug")}`,
      /^error: Cannot read drugs\.h5ad .*none of the columns condition, perturbation, .* \(it has drug\)/m,
    ],
    [
      "--set norman2",
      /^error: Cannot find the set "norman2": give a file .* or one of simulated, eccite_thp1/m,
    ],
    [
      `--set ${screen} --models scgpt`,
      /^error: Cannot run the model "scgpt" on this set: it has no_change, train_mean, mean_direction, additive/m,
    ],
    [`--set ${screen} --split thirds`, /^error: Cannot read the splits of thirds: /m],
    [
      `--set ${screen} --split leave-type-out`,
      /^error: Cannot split screen by leave-type-out: it has 1 backgrounds/m,
    ],
  ] as const;
  for (const [args, message] of cases) {
    const { code, said } = await run(args);
    assert.notEqual(code, EXIT.ok);
    assert.match(said, message);
    assert.equal(said.match(/^error: /gm)?.length, 1);
  }
  assert.deepEqual(readResults(out), []);
});

Deno.test("deno task perturb scores a file, and again on the splits it saved", async () => {
  const splits = join(folder, "splits.json");
  const names = "no_change,train_mean,additive,forest_go";
  const first = await run(`--set ${screen} --models ${names} --repeats 2 --save-split ${splits}`);
  assert.equal(first.code, EXIT.ok, first.said);
  assert.match(first.said, /screen: Pearson delta by group\n/);
  const [result] = readResults(out);
  assert.deepEqual([result.task, result.set, result.repeats, result.data.model], [
    "perturb",
    "screen",
    2,
    "forest_go",
  ]);
  assert.ok((result.metrics.pearson_delta ?? 0) > 0.2, `${result.metrics.pearson_delta}`);
  const again = await run(`--set ${screen} --models ${names} --split ${splits}`);
  assert.equal(again.code, EXIT.ok, again.said);
  const [repeated] = readResults(out);
  assert.equal(repeated.split, "file");
  assert.deepEqual(repeated.baselines.additive, result.baselines.additive);
});

const singles = join(folder, "singles.h5ad");
await writeScreen(singles, simulateScreen({ ...SMALL_SCREEN, pairs: 0 }, createRng(5)));

/** Runs a command of the task in a process of its own, with the permissions that the task has. */
async function runTask(...args: string[]): Promise<{ code: number; said: string }> {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const flags = tasks.perturb.split(" ").filter((word: string) => word.startsWith("--"));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, "--no-check", join(ROOT, "lib/cli/perturb.ts"), ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", KCELLFM_MIRROR: "" },
  }).output();
  const decoder = new TextDecoder();
  return { code, said: decoder.decode(stderr) + decoder.decode(stdout) };
}

Deno.test("a model that perturb train keeps of a fold predicts in another process what the league scored", async () => {
  const splits = join(folder, "folds.json");
  const league = await run(`--set ${singles} --models train_mean,forest_go --save-split ${splits}`);
  assert.equal(league.code, EXIT.ok, league.said);
  const model = join(folder, "model");
  const trained = await run(`train ${singles} --model forest_go --split ${splits} --fold 2 --save ${model}`);
  assert.equal(trained.code, EXIT.ok, trained.said);
  assert.match(
    trained.said,
    /forest_go[^]*no_change[^]*Written: .*\(forest_go, learned from \d+ conditions\)/,
  );
  const [, { test }] = JSON.parse(await Deno.readTextFile(splits)).splits;
  const genes = test.map((name: string) => name.replace("+ctrl", ""));
  const predicted = join(folder, "predicted.h5ad");
  const asked = await runTask(
    "predict",
    "--model",
    model,
    "--genes",
    genes.join(),
    singles,
    "--out",
    predicted,
  );
  assert.equal(asked.code, EXIT.ok, asked.said);
  assert.match(
    asked.said,
    /held out \(leave-genes-out 2 of 5\): forest_go [\d.]+, no_change 0\.000, train_mean/,
  );
  const table = (await Deno.readTextFile(join(out, "perturb-singles.conditions.tsv"))).split("\n").map((
    line,
  ) => line.split("\t"));
  const delta = await openCells(predicted, { layer: "delta" });
  const set = await openPerturbations(singles, { name: "singles", real: false, sha256: null });
  assert.deepEqual(delta.varNames, set.genes);
  for (const [row, name] of test.entries()) {
    const scored = table.find((line) =>
      line[0] === "leave-genes-out 2 of 5" && line[2] === name && line[4] === "forest_go"
    )!;
    const { indices, data } = delta.rows(row, row + 1);
    const change = new Float32Array(set.genes.length);
    indices.forEach((gene, k) => change[gene] = data[k]);
    const real = changeOf(set.conditions.find((condition) => condition.name === name)!);
    const column = table[0].indexOf("pearson_delta");
    assert.ok(Math.abs(pearson(change, real) - Number(scored[column])) < 1e-5, name);
  }
  delta.close();
  const ranking = join(folder, "ranking.tsv");
  const effect = set.genes[0];
  const ranked = await runTask(
    "rank",
    "--model",
    model,
    "--effect",
    effect,
    "--candidates",
    genes.join(),
    "--out",
    ranking,
  );
  assert.equal(ranked.code, EXIT.ok, ranked.said);
  const lines = (await Deno.readTextFile(ranking)).trimEnd().split("\n");
  assert.deepEqual(lines[0].split("\t"), ["rank", "gene", "effect", "lower", "upper", "measured"]);
  assert.deepEqual(lines.slice(1).map((line) => line.split("\t")[1]).sort(), [...genes].sort());
  const refused = await runTask(
    "predict",
    "--model",
    model,
    "--genes",
    "NOGENE",
    singles,
    "--out",
    join(folder, "no.h5ad"),
  );
  assert.equal(refused.code, EXIT.failed);
  assert.match(refused.said, /^error: Cannot predict the loss of "NOGENE": no gene has that name; .*$/m);
  await assert.rejects(Deno.stat(join(folder, "no.h5ad")));
});

Deno.test("a screen in scPerturb's form gives the numbers of the same cells in GEARS' form", async () => {
  const source = await openCells(singles);
  const condition = source.obs.values("condition").map(String);
  const perturbation = condition.map((text) => text === "ctrl" ? "control" : text.replace("+ctrl", ""));
  const x = source.rows(0, source.nObs);
  const path = join(folder, "scperturb.h5ad");
  await writeH5ad(path, {
    x,
    obsNames: source.obsNames,
    varNames: source.var.values("gene_name").map(String),
    obs: { perturbation, nperts: Int32Array.from(perturbation, (text) => Number(text !== "control")) },
    var: { terms: source.var.values("terms").map(String) },
  });
  source.close();
  const metrics = [];
  for (const file of [singles, path]) {
    const { code, said } = await run(`--set ${file} --models train_mean,kriging_go`);
    assert.equal(code, EXIT.ok, said);
    const stem = file === path ? "scperturb" : "singles";
    const result = (await readResults(out)).find(({ set }) => set === stem)!;
    metrics.push([result.metrics, result.baselines, result.sd]);
  }
  assert.deepEqual(metrics[1], metrics[0]);
});
