import { join } from "node:path";
import {
  type CellConfig,
  type CellModel,
  cellPreset,
  disposeModel,
  initCellParams,
  type LossWeights,
  selectTypes,
} from "../../cell/mod.ts";
import { simulateAtlas } from "../../simulate/mod.ts";
import { symbolVocabulary } from "../../genes/mod.ts";
import { ancestors, type Ontology } from "../../ontology/mod.ts";
import { checkpointsDir, createRng } from "../../runtime/mod.ts";
import { loadTypeVectors, type TypeVectors } from "../../text/mod.ts";
import * as pretraining from "../../experiments/pretrain/mod.ts";

/** Families of cells in the order of figures, so that some types are close kin and others are not. */
const TYPES = [
  ...["CL:0000624", "CL:0000625", "CL:0000815", "CL:0000623", "CL:0000236", "CL:0000786"], // lymphocytes
  ...["CL:0000576", "CL:0000235", "CL:0000451", "CL:0000775"], // myeloid cells
  ...["CL:0000057", "CL:0000192", "CL:0000136"], // connective tissue and muscle
  ...["CL:0000169", "CL:0000171", "CL:0000064", "CL:0002062"], // epithelia
];

/** The nano preset as wide as the text vectors, on the few genes that tell most: some seconds a training. */
const CONFIG: CellConfig = { ...cellPreset("nano"), width: 128, headDim: 32, length: 24 };

/** A training with the weights of its losses; null for no training. */
export interface LossStage {
  readonly name: string;
  readonly weights: LossWeights | null;
}

/** The original's weights, one loss more at a time. */
export const LOSS_STAGES: readonly LossStage[] = [
  { name: "not trained", weights: null },
  { name: "expression", weights: { expression: 0.5, cellType: 0, ontology: 0 } },
  { name: "+ cell type", weights: { expression: 0.5, cellType: 1, ontology: 0 } },
  { name: "+ ontology", weights: { expression: 0.5, cellType: 1, ontology: 0.5 } },
];

/** Data that all trainings share: cells with their split, the ontology, and the text vectors of the types and their kin. */
export interface LossSource {
  readonly data: pretraining.PretrainingData;
  readonly ontology: Ontology;
  readonly types: TypeVectors;
  /** Cell Ontology ids of the types in the order of figures. */
  readonly order: readonly string[];
  readonly seed: number;
}

/** A small simulated atlas of related types, split into training, validation and test cells. */
export function lossSource(
  ontology: Ontology,
  { seed, cells = 1200 }: { seed: number; cells?: number },
): LossSource {
  const rng = createRng(seed).split("three losses");
  const options = { cells, types: TYPES, genes: 600, rarity: 0.4, depth: 400 };
  const atlas = simulateAtlas(ontology, options, rng.split("atlas"));
  const symbols = atlas.varNames;
  const vocabulary = symbolVocabulary(symbols);
  const study = pretraining.studyOf(atlas);
  const data = pretraining.preparePretraining([study], { vocabulary, rng: rng.split("split") });
  const kin = new Set(data.classes.flatMap((id) => [id, ...ancestors(ontology, id).keys()]));
  const all = loadTypeVectors(join(checkpointsDir(), "text-walkthrough"));
  const order = TYPES.filter((id) => data.classes.includes(id));
  return { data, ontology, types: selectTypes(all, [...kin]), order, seed };
}

/** Test cells as a model sees them that was trained under some of the losses. */
export interface StageCells extends pretraining.NamedCells {
  readonly name: string;
}

/** Trains one model under the losses of a stage, from the same start on the same batches, and embeds the test cells. */
export async function trainStage(
  source: LossSource,
  { name, weights }: LossStage,
  { epochs = 4, onStep }: { epochs?: number; onStep?: pretraining.PretrainingOptions["onStep"] } = {},
): Promise<StageCells> {
  const options = { ...pretraining.TRAINING.nano, ...source, config: CONFIG, epochs, peak: 4e-3, onStep };
  const model = weights
    ? (await pretraining.pretrain(source.data, { ...options, weights })).model
    : untrained(source);
  try {
    return { name, ...pretraining.nameTestCells(model, source.data) };
  } finally {
    disposeModel(model);
  }
}

/** The model that all trainings start from. */
function untrained({ data, types, seed }: LossSource): CellModel {
  const { vocabulary, classes } = data;
  const sizes = { config: CONFIG, genes: vocabulary.symbols.length, classes: classes.length };
  return {
    config: CONFIG,
    params: initCellParams(createRng(seed).split("params"), sizes),
    vocabulary,
    informativeness: pretraining.studyInformativeness(data),
    classes,
    types: pretraining.centredTypes(types),
    temperature: 1,
    hash: "unsaved",
  };
}
