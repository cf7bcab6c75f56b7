import { join } from "node:path";
import {
  type CellConfig,
  type CellModel,
  disposeModel,
  initCellParams,
  initClassifier,
  loadCellCheckpoint,
  readCheckpointStudies,
  type TypeVectors,
} from "../../cell/mod.ts";
import type { GeneVocabulary } from "../../genes/mod.ts";
import { disposeParams, loadParams, storeParams } from "../../nn/mod.ts";
import { checkpointsDir, createRng, modelError, type Rng } from "../../runtime/mod.ts";

/** What a run starts from, and what to say of it in results. */
export interface StartingPoint {
  readonly model: CellModel;
  /** Folder name of the checkpoint, or "random". */
  readonly name: string;
}

/**
 * The first checkpoint whose training has not seen the set: that of the preset, then `<preset>-heldout`, which was
 * pretrained without any set that experiments score on.
 *
 * @param set name of the set, as in the registry
 * @throws {KcellfmError} tag "model", when every checkpoint has seen it or none can be read.
 */
export async function unseenCheckpoint(
  set: string,
  { preset, folder = checkpointsDir() }: { preset: string; folder?: string },
): Promise<StartingPoint> {
  const refused: string[] = [];
  for (const name of [preset, `${preset}-heldout`]) {
    const studies = await readCheckpointStudies(join(folder, name));
    if (studies === null) refused.push(`${name} is not there`);
    else if (studies.includes(set)) refused.push(`${name} was trained on it`);
    else return { model: await loadCellCheckpoint(join(folder, name)), name };
  }
  throw modelError(
    `Cannot start from a checkpoint that has not seen ${set}: ${refused.join(", ")}; make one with ` +
      `\`deno task pretrain --preset ${preset} --without ${set}\` and give it with --checkpoint, or use --checkpoint random`,
  );
}

/**
 * The checkpoint in a folder that the user named.
 *
 * @throws {KcellfmError} tag "model", when its training has seen the set.
 */
export async function namedCheckpoint(set: string, folder: string): Promise<StartingPoint> {
  const studies = await readCheckpointStudies(folder);
  if (studies?.includes(set)) {
    throw modelError(
      `Cannot start from ${folder}: it was trained on ${set}, whose test cells it must not have seen`,
    );
  }
  return { model: await loadCellCheckpoint(folder), name: folder };
}

/** An untrained model that reads cells as another one does: the "no pretraining" of experiments. */
export function randomStart(
  { config, vocabulary, types }: { config: CellConfig; vocabulary: GeneVocabulary; types: TypeVectors },
  rng: Rng,
): StartingPoint {
  const genes = vocabulary.symbols.length;
  const model: CellModel = {
    config,
    params: initCellParams(rng, { config, genes, classes: 1 }),
    vocabulary,
    informativeness: new Float32Array(genes).fill(1),
    classes: [""],
    types,
    temperature: 1,
    hash: "unsaved",
  };
  return { model, name: "random" };
}

/** A copy whose variables are its own, with a fresh head for other classes. */
export function withNewHead(model: CellModel, classes: readonly string[], rng: Rng): CellModel {
  const sizes = {
    config: model.config,
    genes: model.vocabulary.symbols.length,
    classes: model.classes.length,
  };
  const copy = initCellParams(createRng("copy"), sizes);
  loadParams(copy, storeParams(model.params), "a copy of the model");
  disposeParams(copy.classifier);
  const classifier = initClassifier(rng, { width: model.config.width, classes: classes.length });
  return { ...model, params: { ...copy, classifier }, classes, hash: "unsaved" };
}

export { disposeModel };
