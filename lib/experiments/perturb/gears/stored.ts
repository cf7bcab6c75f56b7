import type { CellModel } from "../../../cell/mod.ts";
import type { StoredTensor } from "../../../data/tensors/mod.ts";
import { createRng, modelError } from "../../../runtime/mod.ts";
import { byGenes, type GeneFeatures } from "../describe/genes.ts";
import { learned, type LearnOptions } from "../learn/chosen.ts";
import type { PerturbationModel } from "../model.ts";
import type { GearsRecipe } from "../recipe.ts";
import { cellModelVectors, CELLS_SEED, type VectorsOf } from "./cell_vectors.ts";
import { nodeChange } from "./frame.ts";
import { type GearsFrame, predictMean, type StoredGears, withGears } from "./model.ts";

type Tensors = ReadonlyMap<string, StoredTensor>;

/** Tensors of a stored model begin with this. */
const PREFIX = "gears.";

/** The recipe of a trained network, and its tensors: weights, graphs, and vectors that do not depend on cells. */
export function storeGears(
  name: string,
  { frame, weights, trust }: StoredGears,
): { recipe: GearsRecipe; weights: Map<string, StoredTensor> } {
  const { size, nodes, go, coexpression, vectorsOf, prior, vectors } = frame;
  const square = (data: Float32Array, rows: number): StoredTensor => ({
    dtype: "F32",
    shape: [rows, rows],
    data,
  });
  const shared = vectors === "random" ? vectorsOf?.(NO_CONTROL) : undefined;
  const tensors: [string, StoredTensor][] = [
    ...[...weights].map(([key, own]) => [`weights.${key}`, own] as [string, StoredTensor]),
    ["graph", square(go, size.nodes)],
    ...(coexpression ? [["coexpression", square(coexpression, size.genes)] as [string, StoredTensor]] : []),
    ...(shared
      ? [["vectors", {
        dtype: "F32" as const,
        shape: [size.genes, shared.width],
        data: shared.values,
      }] as [string, StoredTensor]]
      : []),
  ];
  return {
    recipe: {
      kind: "gears",
      name,
      size,
      trust,
      vectors,
      nodes: [...nodes.keys()],
      ...(prior && { prior: { recipe: prior.recipe, train: [...prior.train] } }),
    },
    weights: new Map(tensors.map(([key, own]) => [PREFIX + key, own])),
  };
}

const NO_CONTROL = {
  context: "",
  cells: { data: new Float32Array(0), rows: 0, cols: 0 },
  mean: new Float32Array(0),
};

/** A trained network as a model; it is on the backend only while it predicts. */
export const gearsModel = (name: string, stored: StoredGears): PerturbationModel => ({
  name,
  predict: (target) => withGears(stored, (live) => predictMean(live, target)),
});

/** Inputs of {@linkcode reviveGears} beside the recipe. */
interface Stored extends LearnOptions {
  readonly tensors: Tensors;
  readonly features: readonly GeneFeatures[];
  readonly cell?: CellModel;
  readonly facts: { readonly total: number | null; readonly cell_model: string | null };
}

/**
 * A network as {@linkcode storeGears} stored it. Start the backend first.
 *
 * @throws {KcellfmError} tag "model", when a tensor is missing, or the cell model is another than it was trained with.
 */
export function reviveGears(recipe: GearsRecipe, stored: Stored): PerturbationModel {
  const { name, size, trust, nodes, vectors } = recipe;
  const of = (key: string) => stored.tensors.get(PREFIX + key);
  const graph = of("graph");
  if (graph?.data.length !== size.nodes ** 2) {
    throw modelError(
      `Cannot make ${name} again: its graph is missing or has another size than ${size.nodes} genes`,
    );
  }
  const weights = [...stored.tensors].filter(([key]) => key.startsWith(`${PREFIX}weights.`))
    .map(([key, own]) => [key.slice(PREFIX.length + "weights.".length), own] as const);
  const frame: GearsFrame = {
    size,
    vectors,
    nodes: new Map(nodes.map((gene, node) => [gene, node])),
    go: graph.data as Float32Array,
    coexpression: of("coexpression")?.data as Float32Array | undefined,
    vectorsOf: vectorsOf(recipe, { ...stored, shared: of("vectors") }),
    prior: recipe.prior && { ...recipe.prior, of: priorOf(recipe, stored) },
  };
  return gearsModel(name, { frame, weights: new Map(weights), trust });
}

function priorOf({ prior, nodes }: GearsRecipe, { features, genes, conditions, seed }: Stored) {
  const { recipe, train } = prior!;
  const described = features.find(({ name }) => name === recipe.description);
  if (!described) throw modelError(`Cannot make GEARS again: it reads features "${recipe.description}"`);
  const spec = { name: recipe.name, learner: recipe.learner, description: byGenes(described) };
  const known = conditions.filter(({ name }) => train.includes(name));
  return nodeChange(learned(spec, recipe.choice, { genes, conditions: known, seed }).change, {
    names: nodes,
    genes: genes.length,
    control: known[0].control,
  });
}

function vectorsOf(
  { name, vectors, size }: GearsRecipe,
  { shared, cell, genes, facts }: Stored & { shared?: StoredTensor },
): VectorsOf | undefined {
  if (vectors === "none") return undefined;
  if (vectors === "random") {
    const values = shared?.data as Float32Array | undefined;
    if (values === undefined || size.vectors === undefined) {
      throw modelError(`Cannot make ${name} again: its vectors are missing`);
    }
    return () => ({ width: size.vectors!, cells: null, values });
  }
  if (cell?.hash !== facts.cell_model) {
    throw modelError(
      `Cannot make ${name} again: it reads the cell model with weights of sha256 ${facts.cell_model}; name its folder by ` +
        `--checkpoint`,
    );
  }
  return cellModelVectors(cell!, { genes, total: facts.total, rng: createRng(CELLS_SEED) });
}
