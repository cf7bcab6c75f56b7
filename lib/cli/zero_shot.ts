import { basename, join, resolve } from "node:path";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import type { PooledModel } from "../baselines/mod.ts";
import { type CellModel, loadCellCheckpoint } from "../cell/mod.ts";
import {
  drawGenes,
  fitRival,
  gatherEvidence,
  meanOverSets,
  openZeroShotSets,
  type RivalName,
  RIVALS,
  scoreSet,
  type SetScores,
  withGenes,
  zeroShotResult,
  zeroShotSources,
} from "../experiments/zero_shot/mod.ts";
import {
  bestOntology,
  preparePretraining,
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
  .option("--of <names>", `which rivals, split by commas (default: ${Object.keys(RIVALS)})`, rivalNames)
  .option(
    "--genes <n>",
    "see only so many genes of each set, drawn; rivals learn from the same",
    integer({ min: 1 }),
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
    const termMarkers = await readTermMarkers();
    const fit = await rivalsFor(options, { model, ontology });
    const scored: SetScores[] = [];
    let rivals = options.genes === undefined ? fit() : {};
    for (const whole of sets) {
      const kept = options.genes && drawGenes(whole, {
        count: options.genes,
        rng: createRng(options.seed).split(`genes/${whole.name}`),
      });
      const set = kept ? withGenes(whole, kept) : whole;
      if (kept) rivals = fit(kept);
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

function rivalNames(text: string): RivalName[] {
  const known = Object.keys(RIVALS) as RivalName[];
  const names = text.split(",");
  if (names.every((name) => known.some((own) => own === name))) return names as RivalName[];
  throw new InvalidArgumentError(`Expected some of ${known.join(",")}.`);
}

/** Reads the rivals' corpus once; the function that it returns trains them, on some genes alone where that is asked. */
async function rivalsFor(
  { rivals: epochs, of: names = Object.keys(RIVALS) as RivalName[], studies: list, seed }: {
    rivals: number;
    of?: RivalName[];
    studies: StudyList;
    seed: number;
  },
  { model, ontology }: { model: CellModel; ontology: Ontology },
): Promise<(kept?: ReadonlySet<number>) => Partial<Record<RivalName, PooledModel>>> {
  if (epochs === 0) return () => ({});
  const data = preparePretraining(await realStudies(STUDIES[list], ontology), {
    vocabulary: model.vocabulary,
    rng: createRng(seed).split("split"),
  });
  const onEpoch = (rival: RivalName, epoch: number, loss: number) =>
    console.error(`${rival}: epoch ${epoch + 1} of ${epochs}, loss ${loss.toFixed(3)}`);
  return (kept) =>
    Object.fromEntries(
      names.map((
        name,
      ) => [name, fitRival(name, data, { rule: model, ontology, epochs, seed, kept, onEpoch })]),
    );
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
