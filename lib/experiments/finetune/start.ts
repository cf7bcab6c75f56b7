import { basename, join } from "node:path";
import {
  type CellConfig,
  type CellModel,
  cellPreset,
  disposeModel,
  initCellParams,
  initClassifier,
  loadCellCheckpoint,
  readCheckpointStudies,
  withSilentClasses,
} from "../../cell/mod.ts";
import type { GeneVocabulary } from "../../genes/mod.ts";
import { disposeParams, loadParams, storeParams } from "../../nn/mod.ts";
import { centredTypes, fitWidth } from "../pretrain/mod.ts";
import { checkpointsDir, createRng, modelError, type Rng } from "../../runtime/mod.ts";
import type { TypeVectors } from "../../text/mod.ts";

/** The starting point of a run, with its description for results. */
export interface StartingPoint {
  readonly model: CellModel;
  /** Folder name of the checkpoint, or "random". */
  readonly name: string;
  /** Sets that its training has seen. */
  readonly studies: readonly string[];
}

/**
 * The first shipped checkpoint whose training has not seen the set: that of the preset, then `<preset>-heldout`, which was
 * pretrained without any set that experiments score on.
 *
 * @param set name of the set, as in the registry
 * @returns null for a preset of which none is shipped
 * @throws {KcellfmError} tag "model", when all have seen the set.
 */
export async function unseenCheckpoint(
  set: string,
  { preset, folder = checkpointsDir() }: { preset: string; folder?: string },
): Promise<StartingPoint | null> {
  const refused: string[] = [];
  for (const name of [preset, `${preset}-heldout`]) {
    const studies = readCheckpointStudies(join(folder, name));
    if (studies?.includes(set) === false) {
      return { model: await loadCellCheckpoint(join(folder, name)), name, studies };
    }
    if (studies !== null) refused.push(name);
  }
  if (refused.length === 0) return null;
  throw modelError(
    `Cannot start from ${
      refused.join(" or ")
    }: trained on ${set}, whose test cells they must not have seen; make one by ` +
      `\`deno task pretrain --preset ${preset} --without ${set}\` and give it by --checkpoint, or use --checkpoint random`,
  );
}

/**
 * The checkpoint in a folder that the user named.
 *
 * @throws {KcellfmError} tag "model", when its training has seen the set.
 */
export async function namedCheckpoint(set: string, folder: string): Promise<StartingPoint> {
  const studies = readCheckpointStudies(folder);
  if (studies?.includes(set)) {
    throw modelError(
      `Cannot start from ${folder}: it was trained on ${set}, whose test cells it must not have seen`,
    );
  }
  return { model: await loadCellCheckpoint(folder), name: basename(folder), studies: studies ?? [] };
}

/** An untrained model that reads cells as another one does: the "no pretraining" of experiments. */
export function randomStart(
  { config, vocabulary, types }: { config: CellConfig; vocabulary: GeneVocabulary; types: TypeVectors },
  rng: Rng,
): StartingPoint {
  const genes = vocabulary.symbols.length;
  const plain = { ...config, profile: undefined }; // random units of a profile would only be noise
  const model: CellModel = {
    config: plain,
    params: initCellParams(rng, { config: plain, genes, classes: 1 }),
    vocabulary,
    informativeness: new Float32Array(genes).fill(1),
    classes: [""],
    types,
    temperature: 1,
    hash: "unsaved",
  };
  return { model, name: "random", studies: [] };
}

/** {@linkcode randomStart} at a preset, with the genes and text vectors of the shipped checkpoint. */
export async function untrained(preset: string, seed: number): Promise<StartingPoint> {
  const shipped = await loadCellCheckpoint(join(checkpointsDir(), "walkthrough"));
  const config = cellPreset(preset);
  const types = centredTypes(fitWidth(shipped.types, config.width));
  disposeModel(shipped);
  return randomStart({ config, vocabulary: shipped.vocabulary, types }, createRng(seed).split("random"));
}

/** A shipped checkpoint that has not seen the set, or random weights at a preset of which none is shipped. */
export const shippedStart = async (
  set: string,
  { preset, seed }: { preset: string; seed: number },
): Promise<StartingPoint> => await unseenCheckpoint(set, { preset }) ?? await untrained(preset, seed);

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
  const { width, classifierBlocks: blocks } = model.config;
  const classifier = initClassifier(rng, { width, classes: classes.length, blocks });
  const profile = copy.profile && withSilentClasses(copy.profile, classes.length);
  return { ...model, params: { ...copy, profile, classifier }, classes, hash: "unsaved" };
}
