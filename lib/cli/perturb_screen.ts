import { type Command, Option, type OptionValues } from "@commander-js/extra-typings";
import { namedCheckpoint, shippedStart, type StartingPoint } from "../experiments/finetune/mod.ts";
import {
  baselinesFor,
  GEARS_AS_PUBLISHED,
  gearsFits,
  type GearsSettings,
  type GeneFeatures,
  geneFeatures,
  type NamedFit,
  openPerturbationSet,
  PERTURBATION_SETS,
  type PerturbationColumns,
  type PerturbationSet,
  type PerturbationSplit,
  readSplits,
  SPLIT_RULES,
  splitConditions,
  termsFor,
  typeFeatures,
} from "../experiments/perturb/mod.ts";
import type { TermTable } from "../ontology/mod.ts";
import { usageError } from "../runtime/mod.ts";
import { integer, oneOf } from "./flags.ts";

/** The flags that say where a file names what was done, once parsed. */
export interface ColumnFlags {
  readonly conditionKey?: string;
  readonly contextKey?: string;
  readonly control?: string;
  readonly stands?: string;
}

/** The flags of a screen to learn from, and of the models that are fitted to it, once parsed. */
export interface LearningFlags extends ColumnFlags {
  readonly split?: string;
  readonly repeats?: number;
  readonly genes?: number;
  readonly cells?: number;
  readonly failed: "keep" | "drop" | "drop-in-training";
  readonly checkpoint?: string;
  readonly asPublished?: boolean;
  readonly epochs?: number;
}

/** With those of every command. */
export interface ScreenFlags extends LearningFlags {
  readonly preset: string;
  readonly seed: number;
}

const columnOptions = () => [
  new Option(
    "--condition-key <column>",
    "obs column that says what was done (default: condition, perturbation, gene, guide, ...)",
  ),
  new Option("--context-key <column>", "obs column of backgrounds such as cell types"),
  new Option(
    "--control <words>",
    "what controls are called, split by commas (default: ctrl, control, NT, non-targeting, ...)",
  ),
  new Option("--stands <pairs>", "what is no gene, as genes that it acts by: STIM=IFNB1,LPS=TLR4"),
];

const learningOptions = () => [
  new Option(
    "--split <how>",
    `${SPLIT_RULES.join(", ")}, or a file of --save-split (default: the set's own)`,
  ),
  new Option("--repeats <n>", "draws of simulation, folds of leave-genes-out").argParser(integer({ min: 1 })),
  new Option("--genes <n>", "genes at most: the most variable and the perturbed (default: 1000)")
    .argParser(integer({ min: 2 })),
  new Option("--cells <n>", "cells of a condition at most (default: all)").argParser(integer({ min: 2 })),
  new Option(
    "--failed <what>",
    "cells whose guide seems to have failed: keep, drop, or drop-in-training (scores then see all)",
  ).argParser(oneOf(["keep", "drop", "drop-in-training"])).default("keep"),
  new Option(
    "--checkpoint <folder>",
    "the cell model whose genes are used (default: a shipped one that has not seen the set)",
  ),
  new Option(
    "--as-published",
    "GEARS with the original's settings and the direction term that has no gradient",
  ),
  new Option("--epochs <n>", "passes of GEARS over the training cells").argParser(integer({ min: 1 })),
];

/**
 * Adds options whose parsed type is stated: inferred from a chain of calls on a command of any kind, it keeps the compiler busy
 * for minutes.
 */
function withOptions<Added, A extends unknown[], O extends OptionValues>(
  command: Command<A, O>,
  options: readonly { flags: string }[],
): Command<A, O & Added> {
  const plain = command as unknown as { addOption(option: unknown): void };
  for (const option of options) plain.addOption(option);
  return command as unknown as Command<A, O & Added>;
}

/** Adds {@linkcode ColumnFlags}. */
export const withColumns = <A extends unknown[], O extends OptionValues>(command: Command<A, O>) =>
  withOptions<ColumnFlags, A, O>(command, columnOptions());

/** Adds {@linkcode LearningFlags}. */
export const withScreen = <A extends unknown[], O extends OptionValues>(command: Command<A, O>) =>
  withOptions<LearningFlags, A, O>(command, [...columnOptions(), ...learningOptions()]);

/** A screen with all that models may know, and a sentence for everything that was understood or left out. */
export interface OpenScreen {
  readonly set: PerturbationSet;
  /** The same screen without the cells whose guides failed, where only training leaves them out. */
  readonly learnFrom?: PerturbationSet;
  readonly terms: TermTable;
  readonly features: readonly GeneFeatures[];
  readonly start: StartingPoint;
  readonly all: readonly NamedFit[];
  readonly notes: readonly string[];
}

/** Opens a screen by name or path, and readies every model that fits it (`models`: with the features that these read). */
export async function openScreen(
  name: string,
  flags: ScreenFlags,
  models: readonly string[],
): Promise<OpenScreen> {
  const options = { ...columnsOf(flags), ...readingOf(flags), seed: flags.seed };
  const set = await openPerturbationSet(name, {
    ...options,
    failed: flags.failed === "drop" ? "drop" : "keep",
  });
  const learnFrom = flags.failed === "drop-in-training"
    ? await openPerturbationSet(name, { ...options, failed: "drop" })
    : undefined;
  const { checkpoint, preset, seed } = flags;
  const start = checkpoint
    ? await namedCheckpoint(set.name, checkpoint)
    : await shippedStart(set.name, { preset, seed });
  const cell = start.name === "random" ? undefined : start.model;
  const { terms, notes } = await termsFor(set);
  const described = await geneFeatures(set, { terms, cell, only: featuresOf(models) });
  const { features } = described;
  const types = cell && typeFeatures(cell.types);
  const all = [
    ...baselinesFor(set, { features, types }),
    ...gearsFits(set, { cell, features, settings: gearsFlags(flags) }),
  ];
  const kept = types ? [...features, types] : features;
  return {
    set,
    learnFrom,
    terms,
    features: kept,
    start,
    all,
    notes: [...(learnFrom ?? set).notes, ...notes, ...described.notes],
  };
}

/** Names of the features that some models read; undefined, which is all, where a model reads or chooses among all. */
function featuresOf(models: readonly string[]): string[] | undefined {
  const readsAll = models.length === 0 || models.some((name) => /^(auto|ensemble)$|_all$/.test(name));
  return readsAll ? undefined : ["go", ...models.map((name) => name.split("_").at(-1)!)];
}

/** Columns that flags name; those left out are not there, so that they override nothing. */
export function columnsOf({ conditionKey, contextKey, control, stands }: ColumnFlags): PerturbationColumns {
  const named = { condition: conditionKey, context: contextKey, control, stands: standsOf(stands) };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

/** "STIM=IFNB1,LPS=TLR4+CD14" as words with their genes. */
function standsOf(text: string | undefined): Record<string, string[]> | undefined {
  if (text === undefined) return undefined;
  const pairs = text.split(",").map((pair) => pair.split("=").map((word) => word.trim()));
  const wrong = pairs.find(([word, genes, ...rest]) => !word || !genes || rest.length > 0);
  if (wrong) throw usageError(`Cannot read --stands "${text}": expected WORD=GENE, split by commas`);
  return Object.fromEntries(pairs.map(([word, genes]) => [word, genes.split("+")]));
}

const readingOf = ({ genes, cells }: ScreenFlags) => ({
  ...(genes !== undefined && { genes }),
  ...(cells !== undefined && { cells }),
});

const gearsFlags = ({ epochs, asPublished }: ScreenFlags): Partial<GearsSettings> => ({
  ...(asPublished && GEARS_AS_PUBLISHED),
  ...(epochs !== undefined && { epochs }),
});

/** The splits that flags ask for, or the set's own, and the rule's name. */
export async function splitsFor(
  set: PerturbationSet,
  { split, repeats, seed }: Pick<ScreenFlags, "split" | "repeats" | "seed">,
): Promise<{ rule: string; splits: PerturbationSplit[] }> {
  const recipe = PERTURBATION_SETS[set.name];
  const own = recipe?.split ?? usualRule(set);
  const rule = SPLIT_RULES.find((name) => name === (split ?? own));
  if (!rule) return { rule: "file", splits: await readSplits(split ?? "", set) };
  return {
    rule,
    splits: splitConditions(set, rule, { seed, repeats: repeats ?? (split ? undefined : recipe?.repeats) }),
  };
}

/** Backgrounds in turn where there are some, GEARS' draws where there are pairs, else genes in folds. */
function usualRule({ controls, conditions, perturbable }: PerturbationSet): typeof SPLIT_RULES[number] {
  if (controls.length > 1) return "leave-type-out";
  const hasPairs = conditions.some(({ perturbed }) => perturbed.length > 1);
  return hasPairs || perturbable.length < 5 ? "simulation" : "leave-genes-out";
}

/** Summary of a screen as it was read, and of the next step. */
export function describeScreen(
  { set, start, notes }: Pick<OpenScreen, "set" | "start" | "notes">,
  { rule, splits, backend }: { rule: string; splits: readonly unknown[]; backend: string },
): string {
  const what =
    `${set.name}: ${set.real ? "real" : "simulated"} cells, ${set.conditions.length} conditions, ` +
    `${set.genes.length} genes, counts scaled to ${set.total ?? "what the file holds"}`;
  return [what, ...notes, `${rule}, ${splits.length} splits; genes of ${start.name}; ${backend}`].join("; ");
}
