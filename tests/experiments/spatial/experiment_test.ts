import assert from "node:assert/strict";
import { join } from "node:path";
import { command } from "../../../lib/cli/spatial.ts";
import { capture } from "../../capture.ts";
import { readResults } from "../../../lib/metrics/mod.ts";
import { loadOntology } from "../../../lib/ontology/mod.ts";
import { startBackend } from "../../../lib/runtime/mod.ts";
import { untrained } from "../../../lib/experiments/finetune/mod.ts";
import {
  memberFolder,
  nameTissueCells,
  openSpatialSet,
  runSpatial,
  type SpatialCells,
  type SpatialRun,
} from "../../../lib/experiments/spatial/mod.ts";
import { ontologyTable, testMaps } from "../../../lib/chapters/spatial/mod.ts";
import { fitLogisticRegression, fitMajority } from "../../../lib/baselines/mod.ts";

const folder = await Deno.makeTempDir();
Deno.env.set("KCELLFM_CACHE", join(folder, "cache"));
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const backend = await startBackend();

Deno.test("openSpatialSet simulates the original's sets where their archive is not at hand", async () => {
  const set = await openSpatialSet("cl-cross", { seed: 1, cells: { train: 240, test: 160 } });
  assert.equal(set.real, false);
  assert.match(set.origin, /simulated stains/);
  assert.equal(set.cells.markers.length, 46);
  assert.equal(set.published, undefined, "published numbers are for the original's data only");
  assert.equal(set.cells.isTest?.filter(Boolean).length, 160);
  assert.ok(set.terms.size > 3 && [...set.terms.values()].every((id) => /^CL:\d{7}$/.test(id)));
  await assert.rejects(
    () => openSpatialSet("cl-inter", { seed: 1 }),
    /neither a file nor known \(known: cl-intra/,
  );
});

Deno.test("memberFolder finds a set at the top of the unpacked archive or one folder below", async () => {
  const archive = join(folder, "spatial_transcriptomics");
  const place = join(archive, "inner", "Hubmap_SB_cross");
  await Deno.mkdir(place, { recursive: true });
  await Deno.writeTextFile(join(place, "train.csv"), "");
  assert.equal(await memberFolder(archive, "sb-cross"), place);
  await assert.rejects(() => memberFolder(archive, "cl-intra"), /it has no Hubmap_CL_intra\/train\.csv/);
});

Deno.test("runSpatial tells simulated types apart far better than chance, with a row for the neighbourhood", async () => {
  const set = await openSpatialSet("sb-intra", { seed: 1, cells: { train: 180, test: 80 } });
  const run = await runSpatial(set, {
    split: "files",
    repeats: 1,
    preset: "nano",
    seed: 1,
    backend: backend.name,
    ablations: false,
    draws: 0,
    save: join(folder, "tuned"),
    start: await untrained("nano", 1),
    ontology: await loadOntology(null),
    baselines: { majority: fitMajority, logistic_regression: fitLogisticRegression },
    tune: { epochs: 2 },
  });
  const { metrics, baselines, data } = run.result;
  const rows = ["majority", "linear_alone", "encoder_alone", "neighbourhood", "neighbourhood_linear"];
  assert.ok(rows.every((row) => row in baselines), Object.keys(baselines).join());
  // the linear path alone gets there; a third of the cells are of the commonest type
  assert.ok((metrics.accuracy ?? 0) > (baselines.majority.accuracy ?? 1) + 0.2, `${metrics.accuracy}`);
  assert.equal(data.genes, 46);
  assert.match(String(data.values), /z-score|normal-score/);
  assert.match(String(data.origin), /simulated stains/);
  assert.equal(ontologyTable(run).height, 7, "a row for each method");
  await namesAgain(set.cells, run);
  const maps = testMaps(set.cells, run);
  const drawn = (maps.confidence.data[0] as { x: unknown[] }).x.length;
  assert.equal(drawn, run.folds[0].truth.length);
});

/** What was saved gives the answers of the run; cells of another panel are refused. */
async function namesAgain(cells: SpatialCells, { folds: [{ split, answers }] }: SpatialRun): Promise<void> {
  const { labels } = await nameTissueCells(join(folder, "tuned"), cells);
  const again = Array.from(split.test, (row) => labels[row]);
  const same = again.filter((label, i) => label === answers.kcellfm.labels[i]).length;
  assert.ok(same >= again.length - 1, `${same} of ${again.length}`); // weights in half precision may tip one over
  const other = { ...cells, markers: cells.markers.with(0, "another") };
  await assert.rejects(
    nameTissueCells(join(folder, "tuned"), other),
    new RegExp(`missing: ${cells.markers[0]}$`),
  );
}

Deno.test("deno task spatial ends 0 on a twin and writes its results; a wrong split ends 2", async () => {
  const out = join(folder, "results");
  const small = `--set sb-cross --preset nano --epochs 1 --cells 80 --no-ablations --out ${out}`;
  assert.equal((await capture(command, `${small} --neighbours 5`)).code, 0);
  const [result] = readResults(out);
  assert.equal(result.task, "spatial");
  assert.deepEqual([result.set, result.split, result.data.real], ["sb-cross", "files", false]);
  assert.equal(result.published.accuracy, null);
  assert.equal((await capture(command, `${small} --split up-down`)).code, 2);
});
