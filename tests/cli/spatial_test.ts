import assert from "node:assert/strict";
import { join } from "node:path";
import { EXIT } from "../../lib/cli/run.ts";
import { command } from "../../lib/cli/spatial.ts";
import { readResults } from "../../lib/metrics/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import { capture } from "../capture.ts";

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const out = join(folder, "results");

const MARKERS = ["CD3", "CD4", "CD8", "CD20"];
const TYPES = ["T cell", "B cell", "stroma"];

/** Cells that each have their type's marker, as lines of a table. */
function cells(count: number, types: readonly string[], seed: number): string[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, (_, i) => {
    const type = i % types.length;
    const values = MARKERS.map((_, marker) => (marker === type ? 2 : -1) + rng.normal());
    return [...values, 100 * rng.uniform(), 100 * rng.uniform(), types[type]].join(",");
  });
}

async function table(name: string, lines: readonly string[], markers = MARKERS): Promise<string> {
  const path = join(folder, name);
  await Deno.writeTextFile(
    path,
    [[...markers, "x", "y", "cell_type_A"].join(","), ...lines].join("\n") + "\n",
  );
  return path;
}

/** Runs the command at the smallest size. */
const run = (args: string) =>
  capture(command, `${args} --preset nano --epochs 1 --no-ablations --neighbours 0 --out ${out}`);

const train = await table("train.csv", [...cells(45, TYPES, 1), "0,0,0,0,1,1,alone"]);

Deno.test("deno task spatial refuses a missing marker, an unknown one and NaN in one line, and writes nothing", async () => {
  const withoutLast = cells(30, TYPES, 2).map((line) => line.split(",").toSpliced(3, 1).join(","));
  const lacking = await table("lacking.csv", withoutLast, MARKERS.slice(0, 3));
  const unknown = await table("unknown.csv", cells(30, TYPES, 2), ["CD3", "CD4", "CD8", "Foo7"]);
  const broken = await table("broken.csv", cells(30, TYPES, 2).with(4, "1,NaN,0,0,5,5,T cell"));
  const cases = [
    [`--set ${train} --test ${lacking}`, /^error: Cannot use lacking: it lacks the marker CD20 of train; /m],
    [
      `--set ${unknown}`,
      /^error: Cannot use unknown: no gene is known for "Foo7"; give a table with --markers/m,
    ],
    [`--set ${broken}`, /^error: Cannot use .*broken\.csv: marker CD4 of cell 5 is "NaN", not a number; /m],
  ] as const;
  for (const [args, message] of cases) {
    const { code, said } = await run(args);
    assert.equal(code, EXIT.failed, said);
    assert.match(said, message);
    assert.equal(said.split("\n").filter((line) => line.startsWith("error")).length, 1);
  }
  await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
});

Deno.test("deno task spatial leaves a one-cell class out and counts a label never met as wrong, and says so", async () => {
  const test = await table("test.csv", cells(60, [...TYPES, "newcomer"], 3));
  const { code, said } = await run(`--set ${train} --test ${test}`);
  assert.equal(code, EXIT.ok, said);
  assert.match(
    said,
    /left out, fewer than 10 cells: alone \(1\); never met in training, always wrong: newcomer$/m,
  );
  const [result] = readResults(out);
  assert.equal(result.data.unseen_labels, 15);
  assert.ok((result.metrics.accuracy ?? 1) <= 0.75, "a quarter of the test cells cannot be named");
});
