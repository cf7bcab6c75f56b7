import { extname } from "node:path";
import Papa from "papaparse";
import { type CellModel, loadCellCheckpoint } from "../cell/mod.ts";
import { openCells } from "../data/mod.ts";
import { requireFolder, startBackend, usageError, writeFileAtomically } from "../runtime/mod.ts";
import {
  type Answer,
  type AskedCells,
  describedGenes,
  geneTest,
  loadPerturbationModel,
  parseQuestions,
  parseSignature,
  predictAnswers,
  type RankedLoss,
  rankLosses,
  readControls,
  requireDescribed,
  type SavedPerturbationModel,
  shippedVocabulary,
  writeAnswers,
} from "../experiments/perturb/mod.ts";
import { giveBackNetwork } from "./permissions.ts";
import { type ColumnFlags, columnsOf } from "./perturb_screen.ts";
import { answerTable, rankTable } from "./perturb_tables.ts";
import { terminalTable } from "./table.ts";

/** The flags that `perturb predict` and `perturb rank` share, once parsed. */
interface AskFlags extends ColumnFlags {
  readonly model: string;
  readonly checkpoint?: string;
  readonly backend?: string;
  readonly out?: string;
}

/** Predicts perturbations of the cells of a file. */
export async function predict(
  file: string,
  flags: AskFlags & { readonly genes: string; readonly perCell?: boolean },
): Promise<void> {
  await giveBackNetwork();
  const { out } = flags;
  if (out === undefined || extname(out).toLowerCase() !== ".h5ad") {
    throw usageError(`Cannot write ${out ?? "the prediction"}: name a file that ends in .h5ad by --out`);
  }
  requireFolder(out);
  const questions = parseQuestions(flags.genes);
  const saved = await openSaved(flags);
  const vocabulary = await shippedVocabulary();
  for (const gene of questions.flat()) requireDescribed(gene, saved, vocabulary);
  const cells = await readAsked(file, saved, flags);
  console.error([describeModel(saved), ...cells.notes].join("; "));
  const answers = predictAnswers(saved, cells, questions);
  await writeAnswers(out, { answers, cells, saved, perCell: flags.perCell });
  console.log(
    answers.map((answer: Answer) => terminalTable(answerTable(answer, { saved, cells }))).join("\n"),
  );
  console.log(`Written: ${out}`);
}

/** Ranks losses by their predicted effect on genes. */
export async function rank(
  file: string | undefined,
  flags: AskFlags & {
    readonly effect: string;
    readonly candidates: string;
    readonly raises?: boolean;
    readonly top: number;
  },
): Promise<void> {
  await giveBackNetwork();
  if (flags.out !== undefined) requireFolder(flags.out);
  const saved = await openSaved(flags);
  const signature = parseSignature(flags.effect, saved.facts.genes);
  const candidates = await candidatesOf(flags.candidates, saved);
  const cells = file === undefined ? null : await readAsked(file, saved, flags);
  const notes = cells?.notes ?? ["effects are on the screen's own controls"];
  console.error([describeModel(saved), ...notes, `${candidates.length} losses`].join("; "));
  const control = cells?.groups[0].control ?? saved.controls[0];
  const ranked = rankLosses(saved, { candidates, signature, control, raises: flags.raises });
  console.log(
    terminalTable(rankTable(ranked.slice(0, flags.top), { effect: flags.effect, level: saved.facts.level })),
  );
  if (flags.out === undefined) return;
  await writeRanked(flags.out, ranked);
  console.log(`Written: ${flags.out}`);
}

async function openSaved({ model, checkpoint, backend }: AskFlags): Promise<SavedPerturbationModel> {
  await startBackend(backend);
  const cell: CellModel | undefined = checkpoint ? await loadCellCheckpoint(checkpoint) : undefined;
  return await loadPerturbationModel(model, { cell });
}

async function readAsked(file: string, saved: SavedPerturbationModel, flags: AskFlags): Promise<AskedCells> {
  const source = await openCells(file);
  try {
    return readControls(source, saved, { isGene: await geneTest(), ...columnsOf(flags) });
  } finally {
    source.close();
  }
}

/** Losses to rank: a list, the genes that the model predicts, or all that it has a description of. */
async function candidatesOf(text: string, saved: SavedPerturbationModel): Promise<string[]> {
  const described = describedGenes(saved);
  if (text === "described") return [...described ?? saved.facts.genes].sort();
  if (text === "measured") return saved.facts.genes.filter((gene) => described?.has(gene) !== false);
  const vocabulary = await shippedVocabulary();
  const genes = parseQuestions(text).flat();
  for (const gene of genes) requireDescribed(gene, saved, vocabulary);
  return genes;
}

function describeModel({ facts }: SavedPerturbationModel): string {
  const { recipe, set, conditions, scores, split } = facts;
  const told = Object.entries(scores).map(([name, own]) => `${name} ${own.pearson_delta.toFixed(3)}`).join(
    ", ",
  );
  return `${recipe.name}, learned from ${conditions.length} conditions of ${set.name}` +
    (told
      ? `; Pearson delta on conditions held out (${split}): ${told}`
      : "; never scored on conditions held out");
}

async function writeRanked(path: string, ranked: readonly RankedLoss[]): Promise<void> {
  const ending = extname(path).toLowerCase();
  if (ending !== ".tsv" && ending !== ".csv") {
    throw usageError(`Cannot write ${path}: its name has to end in .tsv or .csv`);
  }
  const data = ranked.map((loss, at) => ({ rank: at + 1, ...loss, measured: loss.measured ?? "" }));
  const text = Papa.unparse(data, { delimiter: ending === ".tsv" ? "\t" : ",", newline: "\n" });
  await writeFileAtomically(path, text + "\n");
}
