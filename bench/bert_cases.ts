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

/** A training step of BERT, as in lib/text, towards given hidden states. */
export function* bertCases(): Generator<CaseEntry> {
  for (const { scale, config, rows, length } of scales()) {
    const { hidden_size: width, num_hidden_layers: layers } = config;
    const shape = `${rows} texts x ${length} tokens, ${width} wide, layers: ${layers}`;
    yield { name: "bert step", scale, shape, create: () => bertCase(config, { rows, length }) };
  }
}

const DROPOUT = 0.1;

function bertCase(config: BertConfig, { rows, length }: { rows: number; length: number }): Case {
  const params = initBert(createRng("bench"), config);
  const shapes = fillParams(params);
  const ids = Int32Array.from(uniform(rows * length, 1000), (u) => Math.floor(u * config.vocab_size));
  const target = filled({ shape: [rows, length, config.hidden_size], deviation: 1 }, 1001);
  const lossOf = (training?: TrainingMode) => {
    const tokens = {
      ids: tf.tensor2d(ids, [rows, length], "int32"),
      lengths: tf.fill([rows], length, "int32") as tf.Tensor1D,
    };
    const hidden = bert(params, tokens, { config, dropout: DROPOUT, training });
    return tf.mean<tf.Scalar>(tf.squaredDifference(hidden, target));
  };
  const step = createStep(params, {
    batch: null,
    loss: (_, training) => ({ total: lossOf(training), parts: {} }),
    plain: () => lossOf(),
  });
  return {
    work: { flops: trainingStep(bertEncoder(config, { rows, length }), countOf(shapes)), items: rows },
    spec: { kind: "bert", config, params: shapes, rows, length, dropout: DROPOUT },
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
