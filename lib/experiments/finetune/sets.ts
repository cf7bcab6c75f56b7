import { join } from "node:path";
import { type CellSource, openCells } from "../../data/mod.ts";
import { Frame } from "../../matrix/mod.ts";
import { fileSha256, findDataset } from "../../data/fetch/mod.ts";
import { simulateAtlas, writeAtlas } from "../../simulate/mod.ts";
import { findTerm, loadOntology, type Ontology, readLabels } from "../../ontology/mod.ts";
import { cacheDir, createRng, makeFolder, statOrNull, usageError } from "../../runtime/mod.ts";
import { RECIPES, type SetRecipe } from "./recipes.ts";
import { type ExperimentSet, valuesOf } from "./prepare.ts";

/** Choices for reading a file that no recipe describes. */
export interface FileChoice {
  /** Column of obs that is learned; default "cell_type". */
  readonly labels?: string;
  /** Column of obs whose groups can be left out in turn. */
  readonly groups?: string;
  readonly ontology: Ontology;
  readonly useRaw?: boolean;
}

/** The recipe of a set. @throws {KcellfmError} tag "usage", when the task has no set of that name. */
export function recipeNamed(name: string, task: SetRecipe["task"]): SetRecipe {
  const found = RECIPES.find((recipe) => recipe.name === name && recipe.task === task);
  if (found) return found;
  const known = RECIPES.filter((recipe) => recipe.task === task).map((recipe) => recipe.name).join(", ");
  throw usageError(`Cannot find the set "${name}": give a file (.h5ad, ...) or one of ${known}`);
}

/**
 * Opens a set by its recipe: the real file if it is available (cache or mirror, never the network), else its simulated
 * twin, written once to the cache in the same form and under the same columns.
 */
export async function openRecipe(
  recipe: SetRecipe,
  { seed, ontology, simulated = false }: { seed: number; ontology: Ontology; simulated?: boolean },
): Promise<ExperimentSet> {
  const path = simulated ? null : await findDataset(recipe.name);
  const file = path ?? await writeTwin(recipe, seed);
  const columns = { labels: recipe.labels, groups: recipe.groups?.column };
  const set = await openSet(file, { ...columns, ontology });
  return {
    ...set,
    name: recipe.name,
    real: path !== null,
    ...(path !== null && { published: recipe.published }),
  };
}

/**
 * A file of labelled cells as a set: `.h5ad` and all that `openCells` reads. A label is joined to the Cell Ontology by
 * the id beside it, or by what it says.
 *
 * @throws {KcellfmError} tag "data", when a column is missing or no cell has a label.
 */
export async function openSet(path: string, choice: FileChoice): Promise<ExperimentSet> {
  const { labels: key = "cell_type", groups, ontology, useRaw } = choice;
  const source = await openCells(path, { useRaw });
  const types = readLabels(source, key, ontology);
  const labels = types.map((type) => type?.name ?? null);
  return {
    name: source.name.replace(/\.[a-z0-9]+$/i, "").replaceAll(/[^A-Za-z0-9_.+-]/g, "_"),
    real: true,
    sha256: await fileSha256(path),
    source,
    values: valuesOf(source),
    labels,
    ...(groups && { groups: groupsOf(source, groups) }),
    terms: termsOf(source, labels, ontology),
  };
}

function groupsOf(source: CellSource, column: string): string[] {
  if (source.obs.columns.includes(column)) return source.obs.values(column).map(String);
  throw usageError(
    `Cannot group the cells of ${source.name}: obs has no column "${column}" (its columns: ${
      source.obs.columns.join(", ")
    })`,
  );
}

const ID_COLUMN = "cell_type_ontology_term_id";

/** Label -> id: the commonest id in the column of ids among the label's cells, or the term that the label names. */
function termsOf(
  source: CellSource,
  labels: readonly (string | null)[],
  ontology: Ontology,
): Map<string, string> {
  const ids = source.obs.columns.includes(ID_COLUMN) ? source.obs.values(ID_COLUMN).map(String) : null;
  const terms = new Map<string, string>();
  for (const [label, rows] of Map.groupBy(labels.keys(), (row) => labels[row])) {
    if (label === null) continue;
    const beside = ids && commonest(rows.map((row) => ids[row]));
    const id = beside && ontology.terms.has(beside) ? beside : findTerm(ontology, label)?.term.id;
    if (id) terms.set(label, id);
  }
  return terms;
}

function commonest(values: readonly string[]): string {
  const groups = [...Map.groupBy(values, (value) => value)];
  return groups.reduce((best, next) => next[1].length > best[1].length ? next : best)[0];
}

/** Shallow counts of noisy cells: as hard to tell apart as real T cells, which are not told apart without errors. */
const TWIN = { depth: 450, dropout: 0.4 };

/** Writes the simulated twin of a set to the cache, unless it is there. */
async function writeTwin(recipe: SetRecipe, seed: number): Promise<string> {
  const folder = join(cacheDir(), "simulated");
  const path = join(folder, `${recipe.name}-${seed}.h5ad`);
  if (statOrNull(path)?.isFile) return path;
  await makeFolder(folder);
  const { twin, labels, groups } = recipe;
  const atlas = simulateAtlas(
    await loadOntology(null),
    { ...TWIN, ...twin },
    createRng(seed).split(recipe.name),
  );
  const names = Object.entries({ [labels]: "cell_type", ...(groups && { [groups.column]: "donor" }) });
  const added = names.map(([to, from]) => [to, atlas.obs.column(from)] as const);
  const obs = new Frame(atlas.obsNames, [...atlas.obs, ...added]);
  await writeAtlas(path, { ...atlas, obs }, { provenance: { seed, twin_of: recipe.name } });
  return path;
}
