import * as tf from "lib/tensor/mod.ts";
import {
  encodeCells,
  initCellParams,
  type PretrainingBatch,
  pretrainingLoss,
  splitBatch,
  type TypeSpace,
} from "../lib/cell/mod.ts";
import { MASK_VALUE } from "../lib/genes/mod.ts";
import { disposeParams } from "../lib/nn/mod.ts";
import { createRng } from "../lib/runtime/mod.ts";
import { cellReducer, scoreBatch, startCellWorkers } from "../lib/experiments/pretrain/mod.ts";
import { mapShared } from "../lib/train/mod.ts";
import type { Case, CaseEntry } from "./case.ts";
import { filled, uniform } from "./fill.ts";
import { cellEncoder, cellHeads, trainingStep } from "./flops.ts";
import { CLASSES, GENES, type Scale, TYPES } from "./scales.ts";
import { countOf, createStep, fillParams } from "./training_step.ts";

/** Embedding a batch of cells, and a training step on it, by one thread and by `workers`. */
export function* cellCases(scale: Scale, workers: number): Generator<CaseEntry> {
  const { name, config, batch } = scale;
  const shape = `${batch} cells x ${config.length} tokens, ${config.width} wide, ${config.layers} layers`;
  yield { name: "cell forward", scale: name, shape, create: () => forwardCase(scale) };
  yield { name: "cell step", scale: name, shape, create: () => stepCase(scale, 1) };
  if (workers === 1) return;
  const shared = () => sharedForwardCase(scale, workers);
  yield { name: `cell forward, ${workers} workers`, scale: name, shape, create: shared };
  yield { name: `cell step, ${workers} workers`, scale: name, shape, create: () => stepCase(scale, workers) };
}

/** Full rows, 15 % of the values hidden. */
export function exampleBatch({ batch: cells, config: { length } }: Scale): PretrainingBatch {
  const size = cells * length;
  const hidden = uniform(size, 3);
  const masked = Float32Array.from(hidden, (u, i) => i % length > 0 && u < 0.15 ? 1 : 0);
  const targets = Float32Array.from(uniform(size, 2), (u) => 5 * u);
  return {
    cells,
    length,
    ids: Int32Array.from(uniform(size, 1), (u) => Math.floor(u * GENES)),
    values: targets.map((value, i) => masked[i] ? MASK_VALUE : value),
    lengths: new Int32Array(cells).fill(length),
    masked,
    targets,
    classes: Int32Array.from(uniform(cells, 4), (u) => Math.floor(u * CLASSES)),
  };
}

/** Two close types for most classes, none for every third. */
const closeTypes = (): number[][] =>
  Array.from({ length: CLASSES }, (_, c) => c % 3 === 0 ? [] : [CLASSES + c, TYPES - 1 - c]);

function typeSpace(width: number): TypeSpace {
  return {
    vectors: filled({ shape: [TYPES, width], deviation: width ** -0.5 }, 500) as tf.Tensor2D,
    typeOf: Int32Array.from({ length: CLASSES }, (_, c) => c),
    close: closeTypes(),
  };
}

function buildModel(scale: Scale) {
  const { config, torchChunk } = scale;
  const params = initCellParams(createRng("bench"), { config, genes: GENES, classes: CLASSES });
  const shapes = fillParams(params);
  const batch = exampleBatch(scale);
  const at = Array.from(batch.masked.keys()).filter((i) => batch.masked[i] === 1);
  const spec = {
    kind: "cell",
    config,
    chunk: torchChunk,
    params: shapes,
    layers: params.layers.map((_, i) => `layers.${i}.`),
    types: TYPES,
    close: closeTypes(),
    batch: {
      cells: batch.cells,
      length: batch.length,
      ids: [...batch.ids],
      values: [...batch.values],
      masked: at,
      targets: at.map((i) => batch.targets[i]),
      classes: [...batch.classes],
    },
  };
  return { params, batch, spec, masked: at.length, size: countOf(shapes) };
}

function forwardCase(scale: Scale): Case {
  const { params, batch, spec } = buildModel(scale);
  const { config } = scale;
  const embed = () => tf.tidy(() => encodeCells(params, batch, { config }).cells.dataSync<"float32">());
  return {
    work: { flops: cellEncoder(config, batch.cells), items: batch.cells },
    spec: { ...spec, pass: "forward" },
    forms: ["compiled"],
    check() {
      const vectors = embed();
      return [vectors.reduce((sum, v) => sum + Math.abs(v), 0) / vectors.length];
    },
    run: () => void embed(),
    dispose: () => disposeParams(params),
  };
}

/** Each worker embeds its rows and computes their heads and losses too, which the twin is spared. */
async function sharedForwardCase(scale: Scale, workers: number): Promise<Case> {
  const alone = forwardCase(scale);
  const { config } = scale;
  const { params, batch } = buildModel(scale);
  const setting = { config, space: typeSpace(config.width) };
  const sizes = { genes: GENES, classes: CLASSES, count: workers };
  const team = await startCellWorkers(params, { ...setting, ...sizes });
  const parts = splitBatch(batch, { parts: workers, space: setting.space });
  const own = (part: PretrainingBatch) => scoreBatch(params, part, setting);
  return {
    ...alone,
    run: async () => void await Array.fromAsync(mapShared(parts, { workers: team, job: "score", own })),
    dispose() {
      team.close();
      alone.dispose();
      disposeParams(params);
      setting.space.vectors.dispose();
    },
  };
}

/** With more than one worker they share the batch; the check is that of a single thread. */
async function stepCase(scale: Scale, workers: number): Promise<Case> {
  const { config } = scale;
  const { params, batch, spec, masked, size } = buildModel(scale);
  const space = typeSpace(config.width);
  const team = workers > 1
    ? await startCellWorkers(params, { config, space, genes: GENES, classes: CLASSES, count: workers })
    : null;
  const step = createStep(params, {
    batch,
    loss: (part: PretrainingBatch, training) => pretrainingLoss(params, part, { config, space, training }),
    plain: () => pretrainingLoss(params, batch, { config, space }).total,
    reducer: team ? cellReducer(team, space) : undefined,
  });
  const heads = cellHeads(config.width, { masked, batch: batch.cells });
  return {
    work: { flops: trainingStep(cellEncoder(config, batch.cells) + heads, size), items: batch.cells },
    spec: { ...spec, pass: "step" },
    forms: ["compiled"],
    check: step.check,
    tolerance: step.tolerance,
    run: step.run,
    dispose() {
      team?.close();
      step.dispose();
      disposeParams(params);
      space.vectors.dispose();
    },
  };
}
