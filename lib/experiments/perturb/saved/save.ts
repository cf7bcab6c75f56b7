import { encodeSafetensors, type StoredTensor } from "../../../data/tensors/mod.ts";
import { makeFolder, modelError, sha256, writeTogether } from "../../../runtime/mod.ts";
import { TYPE_TEXT } from "../describe/contexts.ts";
import { type GeneFeatures, JOINED } from "../describe/genes.ts";
import { conditionsNamed } from "../learn/changes.ts";
import type { PerturbationModel } from "../model.ts";
import type { Recipe } from "../recipe.ts";
import type { PerturbationSet, PerturbationSplit } from "../set.ts";
import { LEVEL } from "../learn/intervals.ts";
import type { ModelFacts } from "./facts.ts";
import { storeFeatures } from "./features_file.ts";

/** The files of a saved model. */
export const FILES = { facts: "model.json", weights: "model.safetensors" } as const;

/** Data saved beside the model itself. */
export interface SaveOptions {
  /** The conditions of `train` and `validation` are what was learned from, in this order. */
  readonly split: PerturbationSplit;
  readonly seed: number;
  readonly features: readonly GeneFeatures[];
  readonly facts: Pick<ModelFacts, "scores" | "split" | "tested" | "cell_model" | "made">;
}

/**
 * Writes a fitted model to a folder, so that it predicts the same elsewhere: its recipe, the mean cells that it learned from, what it
 * knows of genes, and its predictions for conditions held out, from which intervals come.
 *
 * @throws {KcellfmError} tag "model", for a model that cannot be made again; tag "file", when it cannot be written.
 */
export async function savePerturbationModel(
  folder: string,
  { set, model }: { set: PerturbationSet; model: PerturbationModel },
  { split, seed, features, facts }: SaveOptions,
): Promise<void> {
  const { recipe, heldOut = new Map<string, Float32Array>() } = model;
  if (!recipe) throw modelError(`Cannot save ${model.name}: it cannot be made again from a file`);
  const conditions = conditionsNamed(set, [...split.train, ...split.validation]);
  const learned = [...new Set(conditions.flatMap(({ perturbed }) => perturbed))].sort();
  const stored = features.filter(({ name }) => descriptionsOf(recipe, features).has(name))
    .map((own) => ({ name: own.name, ...storeFeatures(own, learned) }));
  const table = (rows: readonly Float32Array[]): StoredTensor => {
    const data = new Float32Array(rows.length * set.genes.length);
    rows.forEach((row, at) => data.set(row, at * set.genes.length));
    return { dtype: "F32", shape: [rows.length, set.genes.length], data };
  };
  const weights = encodeSafetensors(
    new Map([
      ["means", table(conditions.map(({ mean }) => mean))],
      ["controls", table(set.controls.map(({ mean }) => mean))],
      ["held_out", table([...heldOut.values()])],
      ...stored.flatMap(({ tensors }) => [...tensors]),
      ...(model.weights ?? []),
    ]),
  );
  const content: ModelFacts = {
    format: 1,
    recipe,
    seed,
    genes: [...set.genes],
    scaled_over: [...set.scaledOver],
    total: set.total,
    set: { name: set.name, real: set.real, sha256: set.sha256 },
    controls: set.controls.map(({ context, cells }) => ({ context, cells: cells.rows })),
    conditions: conditions.map(({ name, perturbed, control, cells }) => ({
      name,
      perturbed: [...perturbed],
      context: control.context,
      cells: cells.rows,
    })),
    held_out: [...heldOut.keys()],
    features: stored.map(({ name, genes }) => ({ name, genes })),
    level: LEVEL,
    ...facts,
    weights_sha256: await sha256(weights),
  };
  await makeFolder(folder);
  await writeTogether(folder, {
    [FILES.weights]: weights,
    [FILES.facts]: JSON.stringify(content, null, 1) + "\n",
  });
}

/** Names of the features that a recipe reads; those joined as `all` are all of them. */
function descriptionsOf(recipe: Recipe, features: readonly GeneFeatures[]): ReadonlySet<string> {
  const own = recipe.kind === "learned"
    ? [recipe.description]
    : recipe.kind === "ensemble"
    ? recipe.members.map((member) => member.recipe.description)
    : recipe.prior
    ? [recipe.prior.recipe.description]
    : [];
  const joined = own.includes(JOINED)
    ? features.map(({ name }) => name).filter((name) => name !== TYPE_TEXT)
    : [];
  return new Set([...own, ...joined].filter((name) => name !== JOINED));
}
