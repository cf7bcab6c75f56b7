import { fetchDataset, fingerprint } from "../../data/fetch/mod.ts";
import { fetchGoTerms, type TermTable } from "../../ontology/mod.ts";
import { type ScreenOptions, simulateScreen } from "../../simulate/mod.ts";
import type { Result } from "../../metrics/mod.ts";
import { createRng, KcellfmError, usageError } from "../../runtime/mod.ts";
import type { PerturbationColumns } from "./screen/labels.ts";
import { geneTest, officialSymbols } from "./screen/symbols.ts";
import { openPerturbations, type ReadPerturbationOptions, readPerturbations } from "./screen/read.ts";
import type { PerturbationSplitRule } from "./splits.ts";
import type { PerturbationSet } from "./set.ts";

/** A set that is known by name. */
interface PerturbationRecipe {
  readonly what: string;
  readonly split: PerturbationSplitRule;
  readonly repeats: number;
  readonly columns?: PerturbationColumns;
  /** Printed by others for these very data. */
  readonly published?: Result["published"];
}

/** The sets of `deno task perturb`; all but the first are in the registry. */
export const PERTURBATION_SETS: Readonly<Record<string, PerturbationRecipe>> = {
  simulated: {
    what: "a simulated regulatory network: 30 single perturbations and 120 pairs, with known truth",
    split: "simulation",
    repeats: 3,
  },
  eccite_thp1: {
    what: "25 knock-outs in THP-1 cells (Papalexi 2021), 299 genes",
    split: "leave-genes-out",
    repeats: 5,
  },
  kang_ifnb_832: {
    what: "interferon beta on six types of blood cells (Kang 2018)",
    split: "leave-type-out",
    repeats: 6,
    columns: { condition: "stim", control: "CTRL", context: "cell_type", stands: { STIM: ["IFNB1"] } },
  },
  adamson: {
    what: "Perturb-seq of the unfolded protein response (Adamson 2016)",
    split: "simulation",
    repeats: 1,
    published: {
      pearson_delta: 0.737,
      train_mean_pearson_delta: 0.756,
      source: "GEARS on its own splits, 5 seeds (gears_misc notebooks); KCellFM saves no numbers",
    },
  },
  norman: {
    what: "Perturb-seq of singles and pairs (Norman 2019)",
    split: "simulation",
    repeats: 1,
    published: {
      pearson_delta: 0.5699,
      train_mean_pearson_delta: 0.5757,
      source: "GEARS on its own splits (GEARS issue 82); KCellFM saves no numbers",
    },
  },
};

/** Options for opening a set. */
export interface OpenPerturbationOptions extends ReadPerturbationOptions {
  /** Of simulated sets, and of the drawing of cells. */
  readonly seed: number;
}

/**
 * A set by name (see {@linkcode PERTURBATION_SETS}), from the cache, the mirror or its public address; or a file.
 *
 * @throws {KcellfmError} tag "usage", when it is neither a name nor a path; "network", when its file cannot be had.
 */
export async function openPerturbationSet(
  name: string,
  options: OpenPerturbationOptions,
): Promise<PerturbationSet> {
  if (name === "simulated") return simulatedSet(options);
  const recipe = PERTURBATION_SETS[name];
  if (!recipe && !/[./\\]/.test(name)) {
    throw usageError(
      `Cannot find the set "${name}": give a file (.h5ad, ...) or one of ${
        Object.keys(PERTURBATION_SETS).join(", ")
      }`,
    );
  }
  const path = recipe ? await fetchDataset(name) : name;
  const { sha256 } = await fingerprint(path);
  const facts = { name: recipe ? name : fileName(path), real: true, sha256 };
  return await openPerturbations(path, facts, { isGene: await geneTest(), ...recipe?.columns, ...options });
}

/** A simulated screen, read as its file would be, with the noiseless change of every condition. */
export function simulatedSet(
  { seed, ...options }: OpenPerturbationOptions,
  screenOptions: ScreenOptions = {},
): PerturbationSet {
  const screen = simulateScreen(screenOptions, createRng(seed).split("perturbation screen"));
  const set = readPerturbations(screen, { name: screen.name, real: false, sha256: null }, {
    seed,
    ...options,
  });
  const columnOf = new Map(screen.varNames.map((gene, column) => [gene, column]));
  const columns = set.genes.map((gene) => columnOf.get(gene) ?? 0);
  const logs = (perturbed: readonly string[]) => {
    const shares = screen.network.shares(perturbed);
    return Float32Array.from(columns, (column) => Math.log1p((set.total ?? 1e4) * shares[column]));
  };
  const control = logs([]);
  const truthOf = (perturbed: readonly string[]) =>
    logs(perturbed).map((value, gene) => value - control[gene]);
  const conditions = set.conditions.map((condition) => ({
    ...condition,
    truth: truthOf(condition.perturbed),
  }));
  return { ...set, conditions, truthOf };
}

/**
 * Terms of the set's genes: its own, else those of the Gene Ontology; none, with a sentence that says so, where that is
 * not at hand. Models that need terms are then left out, and GEARS goes without its graph of perturbations.
 */
export async function termsFor(set: PerturbationSet): Promise<{ terms: TermTable; notes: string[] }> {
  if (set.terms) return { terms: set.terms, notes: [] };
  try {
    const terms = await fetchGoTerms();
    const symbolOf = await officialSymbols();
    const without = set.perturbable.filter((gene) => !terms.has(gene) && !terms.has(symbolOf(gene)));
    const names = without.slice(0, 5).join(", ");
    return {
      terms,
      notes: without.length > 0 ? [`no GO terms for ${without.length} perturbed genes: ${names}`] : [],
    };
  } catch (error) {
    if (!(error instanceof KcellfmError) || error.tag !== "network") throw error;
    return { terms: new Map(), notes: [`no GO terms are used: ${error.message}`] };
  }
}

const fileName = (path: string): string =>
  path.replace(/^.*[\\/]/, "").replace(/\.(h5ad|h5|csv|tsv)(\.gz)?$/, "").replaceAll(/[^\w.+-]/g, "_");
