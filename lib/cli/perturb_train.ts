import { engineName } from "../kernels/mod.ts";
import { requireFolder, startBackend, usageError, versions } from "../runtime/mod.ts";
import {
  type PerturbationSplit,
  savePerturbationModel,
  scoresOf,
  trainPerturbation,
} from "../experiments/perturb/mod.ts";
import { namesIn } from "./flags.ts";
import { describeScreen, openScreen, type ScreenFlags, splitsFor } from "./perturb_screen.ts";
import { leagueTables } from "./perturb_tables.ts";
import { createProgress } from "./progress.ts";
import { interruptSignal } from "./run.ts";
import { terminalTable } from "./table.ts";

/** The flags of `perturb train`, once parsed. */
export interface TrainFlags extends ScreenFlags {
  readonly save: string;
  readonly model: string;
  readonly fold?: number;
  readonly score: boolean;
  readonly backend?: string;
}

/** Fits a model to a screen, scores it beside the simplest ones, and keeps it. */
export async function train(file: string, flags: TrainFlags): Promise<void> {
  requireFolder(flags.save);
  const backend = engineName(await startBackend(flags.backend));
  const names = namesIn(flags.model);
  const screen = await openScreen(file, flags, names);
  const { rule, splits } = await splitsFor(screen.set, flags);
  const only = flags.fold === undefined ? undefined : foldOf(splits, flags.fold);
  const used = only ? [only] : flags.score ? splits : [];
  console.error(describeScreen(screen, { rule, splits: used, backend }));
  const set = screen.learnFrom ?? screen.set;
  const bar = createProgress("perturb train", 1000);
  const trained = await trainPerturbation(set, {
    all: screen.all,
    names,
    splits: used,
    only,
    terms: screen.terms,
    seed: flags.seed,
    signal: interruptSignal(),
    onProgress: ({ done, total, note }) => bar.update(Math.floor(1000 * done / total), ` ${note}`),
  });
  bar.finish();
  const { model, split, league, tested } = trained;
  await savePerturbationModel(flags.save, { set, model }, {
    split,
    seed: flags.seed,
    features: screen.features,
    facts: {
      scores: scoresOf(league),
      tested: [...tested],
      split: only ? only.name : `${rule}, ${used.length} splits`,
      cell_model: screen.start.name === "random" ? null : screen.start.model.hash,
      made: {
        command: `perturb train ${set.name} --model ${flags.model} --seed ${flags.seed}`,
        versions: versions(),
      },
    },
  });
  if (league.length > 0) console.log(leagueTables(set.name, league).map(terminalTable).join("\n"));
  const learned = split.train.length + split.validation.length;
  console.log(`Written: ${flags.save} (${model.recipe?.name}, learned from ${learned} conditions)`);
}

function foldOf(splits: readonly PerturbationSplit[], fold: number): PerturbationSplit {
  const found = splits[fold - 1];
  if (found) return found;
  throw usageError(
    `Cannot take fold ${fold}: there are ${splits.length} splits; give --fold from 1 to ${splits.length}`,
  );
}
