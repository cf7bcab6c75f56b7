import { normaliseAdjacency } from "../../../nn/mod.ts";
import type { TermTable } from "../../../ontology/mod.ts";
import { modelError, type Rng } from "../../../runtime/mod.ts";
import { byGenes } from "../describe/genes.ts";
import { termFeatures } from "../describe/go.ts";
import { type Change, learnChosen, type ModelSpec } from "../learn/chosen.ts";
import type { Condition, ControlCells, PerturbationSet } from "../set.ts";
import { cellModelVectors, randomVectors, type VectorsOf } from "./cell_vectors.ts";
import { coexpressionGraph } from "./graphs.ts";
import type { GearsFrame, GearsPrior } from "./model.ts";
import { perturbationGraph } from "./perturbation_graph.ts";
import type { GearsEmbeddings, GearsOptions, GearsSettings } from "./settings.ts";

/** The graphs and vectors of a network, from the training conditions. */
export function buildFrame(
  set: PerturbationSet,
  train: readonly Condition[],
  options: GearsOptions & GearsSettings & { rng: Rng },
): GearsFrame {
  const { embeddings = "none", graph: by, hidden, prior, terms, seed, cellModel } = options;
  const genes = set.genes.length;
  const graph = perturbationGraph(set, by ?? terms);
  const coexpression = embeddings === "none" || embeddings === "kcellfm+coexpression";
  const controls = new Set(train.map(({ control }) => control.cells));
  const cells = [...controls, ...train.map(({ cells }) => cells)];
  const size = { genes, nodes: graph.nodes.size, hidden, coexpression };
  return {
    ...graph,
    size: embeddings === "none" ? size : { ...size, vectors: cellModel?.config.width },
    vectors: embeddings === "none" || embeddings === "random" ? embeddings : "kcellfm",
    prior: prior ? krigedPrior(train, { genes: set.genes, nodes: graph.nodes, terms, seed }) : undefined,
    coexpression: coexpression ? normaliseAdjacency(coexpressionGraph(cells), genes) : undefined,
    vectorsOf: vectorSource(embeddings, set, options),
  };
}

/** Kriging on terms, chosen and learned by the training conditions alone. */
function krigedPrior(
  conditions: readonly Condition[],
  { genes, nodes, terms, seed }: {
    genes: readonly string[];
    nodes: ReadonlyMap<string, number>;
    terms: TermTable;
    seed: number;
  },
): GearsPrior {
  const description = byGenes(termFeatures("go", terms));
  const spec: ModelSpec = { name: "kriging_go", learner: "kriging", description, powers: [0] };
  const { change, recipe } = learnChosen(spec, { genes, conditions, seed });
  const [{ control }] = conditions;
  return {
    recipe,
    train: conditions.map(({ name }) => name),
    of: nodeChange(change, { names: [...nodes.keys()], genes: genes.length, control }),
  };
}

/** A change by genes as one by the numbers of their nodes; none for none. */
export const nodeChange = (change: Change, { names, genes, control }: {
  names: readonly string[];
  genes: number;
  control: ControlCells;
}): (nodes: readonly number[]) => Float32Array =>
(nodes) =>
  nodes.length === 0
    ? new Float32Array(genes)
    : change({ name: "prior", perturbed: nodes.map((node) => names[node]), control });

function vectorSource(
  embeddings: GearsEmbeddings,
  { genes, total }: PerturbationSet,
  { rng, cellModel, cellVectors }: Pick<GearsOptions, "cellModel" | "cellVectors"> & { rng: Rng },
): VectorsOf | undefined {
  if (embeddings === "none") return undefined;
  if (!cellModel) {
    throw modelError(
      `Cannot fit GEARS with ${embeddings} embeddings: no cell model was given; give a checkpoint`,
    );
  }
  if (embeddings !== "random") {
    return cellVectors ?? cellModelVectors(cellModel, { genes, total, rng: rng.split("controls") });
  }
  return randomVectors(rng.split("random vectors"), { genes: genes.length, width: cellModel.config.width });
}
