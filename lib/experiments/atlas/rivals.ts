import { type Classifier, fitMajority, fitTunedLogisticRegression } from "../../baselines/mod.ts";
import type { GeneVocabulary, LabelledCells } from "../../genes/mod.ts";
import { type Ontology, readLabels } from "../../ontology/mod.ts";
import { type Embedder, readFeatures } from "../../cell/mod.ts";
import { readCells } from "../../annotate/mod.ts";
import type { PretrainingData } from "../pretrain/mod.ts";
import { textNamer } from "./namer.ts";
import type { ShardFile } from "./sets.ts";
import { addToTally, emptyTally, type Rule, subtypeRule, type Tally } from "./tally.ts";
import { argmax } from "../../matrix/mod.ts";

/** Baselines that learned from the model's own training sample, on the log1p values of all its genes. */
export interface Rivals {
  readonly vocabulary: GeneVocabulary;
  /** Genes that they read, of the vocabulary. */
  readonly genes: Int32Array;
  readonly methods: Readonly<Record<string, Classifier>>;
}

/**
 * Fits the commonest type and a logistic regression, whose penalty the validation cells choose, to the training and validation
 * cells that the model had.
 */
export function fitRivals({ studies, classes, vocabulary }: PretrainingData, seed: number): Rivals {
  const [{ train, validation }] = studies;
  const genes = Int32Array.from(new Set(train.tokenOf)).filter((token) => token >= 0).sort();
  const known = (set: LabelledCells) => set.rows.filter((row) => set.classes[row] >= 0);
  const rows = Int32Array.from([...known(train), ...known(validation)]).sort();
  const labels = Array.from(rows, (row) => classes[train.classes[row]]);
  const held = new Set(validation.rows);
  const table = readFeatures(train, genes, rows);
  const chosenBy = Int32Array.from(rows.keys().filter((i) => held.has(rows[i])));
  return {
    vocabulary,
    genes,
    methods: {
      majority: fitMajority(table, labels, { seed }),
      logistic_regression: fitTunedLogisticRegression(table, labels, { seed, validation: chosenBy }),
    },
  };
}

/** Shards at even distances that together hold about `cells` cells, at least one. */
export function sampleShards(
  shards: readonly ShardFile[],
  cellsOf: (name: string) => number,
  cells: number,
): ShardFile[] {
  const mean = shards.reduce((sum, { name }) => sum + cellsOf(name), 0) / shards.length;
  const count = Math.max(1, Math.min(shards.length, Math.floor(cells / mean)));
  return Array.from({ length: count }, (_, i) => shards[Math.floor(i * shards.length / count)]);
}

/** Inputs of the methods that are compared on shards. */
export interface RivalContext {
  readonly embedder: Embedder;
  readonly ontology: Ontology;
  readonly truthKey: string;
  readonly signal?: AbortSignal;
}

/** Answers of every rival, and of the ontology's text alone, on all labelled cells of some shards. */
export async function tallyRivals(
  shards: readonly ShardFile[],
  rivals: Rivals,
  context: RivalContext,
): Promise<Record<string, Tally>> {
  const names = [...Object.keys(rivals.methods), "text_alone"];
  const tallies = Object.fromEntries(names.map((name) => [name, emptyTally()]));
  const rule = subtypeRule(context.ontology);
  for (const shard of shards) await tallyShard(shard, { ...context, rivals, tallies, rule });
  return tallies;
}

interface ShardJob extends RivalContext {
  readonly rivals: Rivals;
  readonly tallies: Record<string, Tally>;
  readonly rule: Rule;
}

/** Cells whose dense values are in memory at once. */
const BLOCK = 2048;

async function tallyShard(shard: ShardFile, job: ShardJob): Promise<void> {
  const { rivals, tallies, rule, embedder, ontology, truthKey, signal } = job;
  const { cells } = await readCells(shard.path, {}, rivals.vocabulary);
  try {
    const labels = readLabels(cells.source, truthKey, ontology);
    const judge = (name: string, row: number, called: string, confidence: number) => {
      const truth = labels[row]?.id;
      if (truth) addToTally(tallies[name], { truth, called, confidence }, rule);
    };
    for (let start = 0; start < labels.length; start += BLOCK) {
      signal?.throwIfAborted();
      const rows = Int32Array.from({ length: Math.min(BLOCK, labels.length - start) }, (_, i) => start + i);
      const table = readFeatures(cells, rivals.genes, rows);
      for (const [name, method] of Object.entries(rivals.methods)) {
        const { probabilities } = method.predict(table);
        rows.forEach((row, i) => judge(name, row, ...bestClass(method, probabilities, i)));
      }
    }
    const namer = textNamer(embedder);
    for await (const { start, ...vectors } of embedder.embed(cells, { signal })) {
      const { best, confidence } = namer.name(vectors);
      best.forEach((type, i) => judge("text_alone", start + i, namer.types[type].id, confidence[i]));
    }
  } finally {
    cells.source.close();
  }
}

function bestClass({ classes }: Classifier, probabilities: Float32Array, row: number): [string, number] {
  const own = probabilities.subarray(row * classes.length, (row + 1) * classes.length);
  const best = argmax(own);
  return [classes[best], own[best]];
}
