import { PERTURBATION_SETS } from "../experiments/perturb/mod.ts";
import { createCommand, integer } from "./flags.ts";
import { predict, rank } from "./perturb_ask.ts";
import { compare } from "./perturb_compare.ts";
import { withColumns, withScreen } from "./perturb_screen.ts";
import { train } from "./perturb_train.ts";
import { runCommand } from "./run.ts";

const SCREENS = `${Object.keys(PERTURBATION_SETS).join(", ")}, or a file of a screen (.h5ad, ...)`;

/** `deno task perturb`: predicts what perturbed genes do, beside the baselines that are hard to beat. */
export const command = createCommand("perturb", "Predicts the response of cells to perturbed genes.", {
  out:
    "compare: folder of the results file (default: data/results); predict: the .h5ad to write; rank: a .tsv or .csv",
}).configureHelp({ showGlobalOptions: true });

withScreen(command.command("compare", { isDefault: true }))
  .description("scores models on conditions that were held out: GEARS and all others on the same splits")
  .requiredOption("--set <name>", SCREENS)
  .option("--models <names>", "only these, split by commas (default: all that fit the set)")
  .option("--rounds <n>", "times to draw the splits anew, with seeds from --seed on", integer({ min: 1 }), 1)
  .option("--save-split <file>", "keep the splits as JSON, to score others on them")
  .action((flags) => compare({ ...command.opts(), ...flags }));

withScreen(command.command("train <screen>"))
  .description(`fits a model to a screen and saves it: ${SCREENS}`)
  .requiredOption("--save <folder>", "where to keep the model")
  .option(
    "--model <names>",
    "auto (the best of all but GEARS on conditions held out), or a model's name; of several, split by commas, the best",
    "auto",
  )
  .option(
    "--fold <n>",
    "learn only from what split n may see, and score on the rest of it",
    integer({ min: 1 }),
  )
  .option("--no-score", "do not score the model on conditions held out")
  .action((screen, flags) => train(screen, { ...command.opts(), ...flags }));

withColumns(command.command("predict <cells>"))
  .description(
    "predicts perturbations of the unperturbed cells of a file, as an .h5ad (--out); uses no network",
  )
  .requiredOption("--model <folder>", "what train saved")
  .requiredOption("--genes <list>", "A,B+C,D: A alone, B with C, D alone")
  .option("--per-cell", "one row for each perturbation and cell, not their mean")
  .option(
    "--checkpoint <folder>",
    "for a model of GEARS on gene vectors: the cell model that it was trained with",
  )
  .action((cells, flags) => predict(cells, { ...command.opts(), ...flags }));

withColumns(command.command("rank [cells]"))
  .description(
    "ranks losses by their predicted effect on a gene or signature, with intervals; uses no network",
  )
  .requiredOption("--model <folder>", "what train saved")
  .requiredOption("--effect <genes>", "PSMB9, or A,B,-C for the mean of A and B and the reverse of C")
  .option(
    "--candidates <which>",
    "described (all that the model can say something of), measured, or a list",
    "described",
  )
  .option("--raises", "the most raising first, not the most lowering")
  .option("--top <n>", "losses to print", integer({ min: 1 }), 20)
  .option(
    "--checkpoint <folder>",
    "for a model of GEARS on gene vectors: the cell model that it was trained with",
  )
  .action((cells, flags) => rank(cells, { ...command.opts(), ...flags }));

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
