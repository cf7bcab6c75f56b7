import assert from "node:assert/strict";
import { join } from "node:path";
import { command } from "../../lib/cli/perturb.ts";
import { EXIT } from "../../lib/cli/run.ts";
import { simulateScreen, writeScreen } from "../../lib/simulate/mod.ts";
import { writeH5ad } from "../../lib/data/mod.ts";
import { readResults } from "../../lib/metrics/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";
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
      `--set ${await written("guides.h5ad", ["A", "ctrl"], "guide")}`,
      /^error: Cannot read guides\.h5ad .*no column "condition" \(it has guide\)/m,
    ],
    [
      "--set norman2",
      /^error: Cannot find the set "norman2": give a file .* or one of simulated, eccite_thp1/m,
    ],
    [
      `--set ${screen} --models scgpt`,
      /^error: Cannot run the model "scgpt" on this set: it has no_change, train_mean, additive/m,
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
