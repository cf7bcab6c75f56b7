import { basename, join, resolve } from "node:path";
import { loadCellCheckpoint } from "../cell/mod.ts";
import {
  fitRival,
  gatherEvidence,
  meanOverSets,
  openZeroShotSets,
  type RivalName,
  RIVALS,
  scoreSet,
  type SetScores,
  zeroShotResult,
  zeroShotSources,
} from "../experiments/zero_shot/mod.ts";
import {
  bestOntology,
  preparePretraining,
  type PretrainingData,
  realStudies,
  STUDIES,
  type StudyList,
} from "../experiments/pretrain/mod.ts";
import { engineName } from "../kernels/mod.ts";
import { startRun, writeResult } from "../metrics/mod.ts";
import { type Ontology, readTermMarkers } from "../ontology/mod.ts";
import { checkpointsDir, createRng, resultsDir, startBackend } from "../runtime/mod.ts";
import { createCommand, integer, oneOf } from "./flags.ts";
import { runCommand } from "./run.ts";
import { terminalTable } from "./table.ts";

/** `deno task zero-shot`: how well cells are named without a reference, beside what anyone would try. */
export const command = createCommand(
  "zero-shot",
  "Scores naming without a reference on sets that training never saw, beside rivals of the same corpus.",
  { out: "folder of the results files (default: data/results)" },
)
  .option("--checkpoint <folder>", "the cell model (default: checkpoints/PRESET)")
  .option("--sets <names>", "split by commas (default: the development sets)", (text) => text.split(","))
  .option(
    "--rivals <epochs>",
    "train rivals on the same corpus for so many epochs first; 0: none",
    integer({ min: 0 }),
    0,
  )
  .option("--studies <list>", "what the rivals learn from: all or heldout", oneOf(["all", "heldout"]), "all")
  .action(async (options) => {
    const finish = startRun();
    const backend = await startBackend(options.backend);
    const ontology = await bestOntology();
    const checkpoint = options.checkpoint ?? join(checkpointsDir(), options.preset);
    const model = await loadCellCheckpoint(checkpoint);
    const sets = await openZeroShotSets(zeroShotSources(options.sets), {
      vocabulary: model.vocabulary,
      ontology,
    });
    const rivals = options.rivals === 0 ? {} : await trainRivals(options.studies, {
      model,
      ontology,
      epochs: options.rivals,
      seed: options.seed,
    });
    const termMarkers = await readTermMarkers();
    const scored: SetScores[] = [];
    for (const set of sets) {
      scored.push(scoreSet(await gatherEvidence(set, { model, rivals, ontology, termMarkers }), ontology));
      console.error(`${set.name}: ${set.cells.source.nObs} cells named`);
      set.cells.source.close();
    }
    const facts = { preset: model.config.preset, seed: options.seed, backend: engineName(backend) };
    const run = finish(scored.reduce((sum, { cells }) => sum + cells, 0));
    const about = { checkpoint: basename(resolve(checkpoint)), classes: model.classes.length };
    for (const set of scored) {
      await writeResult(zeroShotResult(set, { ...facts, ...run }, about), options.out ?? resultsDir());
    }
    console.log(tableOf(scored));
  });

async function trainRivals(
  list: StudyList,
  { model, ontology, epochs, seed }: {
    model: Awaited<ReturnType<typeof loadCellCheckpoint>>;
    ontology: Ontology;
    epochs: number;
    seed: number;
  },
) {
  const studies = await realStudies(STUDIES[list], ontology);
  const data: PretrainingData = preparePretraining(studies, {
    vocabulary: model.vocabulary,
    rng: createRng(seed).split("split"),
  });
  const onEpoch = (rival: RivalName, epoch: number, loss: number) =>
    console.error(`${rival}: epoch ${epoch + 1} of ${epochs}, loss ${loss.toFixed(3)}`);
  const names = Object.keys(RIVALS) as RivalName[];
  const fitted = names.map((name) =>
    [name, fitRival(name, data, { rule: model, ontology, epochs, seed, onEpoch })] as const
  );
  for (const { source } of studies) source.close();
  return Object.fromEntries(fitted) as Record<RivalName, ReturnType<typeof fitRival>>;
}

/** Methods by sets, hierarchical accuracy. */
function tableOf(scored: readonly SetScores[]): string {
  const mean = meanOverSets(scored);
  const rows = Object.keys(mean).map((method) => [
    method,
    ...scored.map(({ methods }) => methods[method].hierarchical_accuracy.toFixed(3)),
    mean[method].toFixed(3),
    meanOverSets(scored, "calibration_error")[method].toFixed(3),
  ]);
  const columns = ["method", ...scored.map(({ set }) => set), "mean", "calibration error"];
  return terminalTable({
    title: "Named without a reference: hierarchical accuracy among all classes",
    columns,
    rows,
  });
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
