import * as tf from "lib/tensor/mod.ts";
import { disposeParams, type TrainingMode } from "../lib/nn/mod.ts";
import { createRng } from "../lib/runtime/mod.ts";
import { bert, type BertConfig, initBert, TEXT_PRESETS, textConfig } from "../lib/text/mod.ts";
import type { Case, CaseEntry } from "./case.ts";
import { filled, uniform } from "./fill.ts";
import { bertEncoder, trainingStep } from "./flops.ts";
import { countOf, createStep, fillParams } from "./training_step.ts";

interface BertScale {
  readonly scale: string;
  readonly config: BertConfig;
  readonly rows: number;
  readonly length: number;
}

/** Our text encoder reading names, and two layers of BERT-base's width reading definitions. */
function scales(): BertScale[] {
  const preset = TEXT_PRESETS.walkthrough;
  const { bert: own } = textConfig(preset, { vocabulary: preset.vocabulary, relations: [] });
  const base = { hidden_size: 768, num_hidden_layers: 2, num_attention_heads: 12, intermediate_size: 3072 };
  const { batch, nameTokens, definitionTokens } = preset.training;
  return [
    { scale: "text", config: own, rows: 2 * batch, length: nameTokens },
    { scale: "base", config: { ...own, ...base }, rows: 16, length: definitionTokens },
  ];
}

/** BERT as in lib/text: hidden states, and a training step towards given ones. */
export function* bertCases(): Generator<CaseEntry> {
  for (const { scale, ...size } of scales()) {
    const { hidden_size: width, num_hidden_layers: layers } = size.config;
    const shape = `${size.rows} texts x ${size.length} tokens, ${width} wide, layers: ${layers}`;
    yield { name: "bert forward", scale, shape, create: () => forwardCase(size) };
    yield { name: "bert step", scale, shape, create: () => stepCase(size) };
  }
}

const DROPOUT = 0.1;

type Size = Omit<BertScale, "scale">;

function buildModel({ config, rows, length }: Size) {
  const params = initBert(createRng("bench"), config);
  const shapes = fillParams(params);
  const ids = Int32Array.from(uniform(rows * length, 1000), (u) => Math.floor(u * config.vocab_size));
  const hidden = (training?: TrainingMode) => {
    const tokens = {
      ids: tf.tensor2d(ids, [rows, length], "int32"),
      lengths: tf.fill([rows], length, "int32") as tf.Tensor1D,
    };
    return bert(params, tokens, { config, dropout: DROPOUT, training });
  };
  const spec = { kind: "bert", config, params: shapes, rows, length, dropout: DROPOUT };
  return { params, hidden, spec, size: countOf(shapes) };
}

function forwardCase(size: Size): Case {
  const { params, hidden, spec } = buildModel(size);
  const read = () => tf.tidy(() => hidden().dataSync<"float32">());
  return {
    work: { flops: bertEncoder(size.config, size), items: size.rows },
    spec: { ...spec, pass: "forward" },
    forms: ["compiled", "onnx"],
    check() {
      const states = read();
      return [states.reduce((sum, v) => sum + Math.abs(v), 0) / states.length];
    },
    run: () => void read(),
    dispose: () => disposeParams(params),
  };
}

function stepCase(size: Size): Case {
  const { rows, length, config } = size;
  const { params, hidden, spec, size: scalars } = buildModel(size);
  const target = filled({ shape: [rows, length, config.hidden_size], deviation: 1 }, 1001);
  const lossOf = (training?: TrainingMode) =>
    tf.mean<tf.Scalar>(tf.squaredDifference(hidden(training), target));
  const step = createStep(params, {
    batch: null,
    loss: (_, training) => ({ total: lossOf(training), parts: {} }),
    plain: () => lossOf(),
  });
  return {
    work: { flops: trainingStep(bertEncoder(config, size), scalars), items: rows },
    spec: { ...spec, pass: "step" },
    forms: ["compiled"],
    check: step.check,
    tolerance: step.tolerance,
    run: step.run,
    dispose() {
      step.dispose();
      disposeParams(params);
      target.dispose();
    },
  };
}
