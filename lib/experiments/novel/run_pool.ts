import { type CellModel, disposeModel, selectTypes } from "../../cell/mod.ts";
import { type Result, startRun } from "../../metrics/mod.ts";
import { type Ontology, termOf } from "../../ontology/mod.ts";
import { createRng, type Rng } from "../../runtime/mod.ts";
import { pickCells, rowsOfTypes } from "./cells.ts";
import { embedSource, seenSimilarity } from "./evidence.ts";
import { novelSettings, type NovelTraining, type TrainedOnSeen, trainOnSeen } from "./train.ts";
import { branchFolds, type Fold } from "./folds.ts";
import { type Keep, kept } from "./kept.ts";
import type { Pool } from "./sets_pool.ts";
import {
  type Candidates,
  type HeldOutRule,
  type HeldOutType,
  mapHeldOutRules,
  poolResult,
} from "./result_pool.ts";
import { ranksOfTruth, shuffleColumns, summariseRanks } from "./ranks.ts";
import { combine, prototypeRule, textRule } from "./rules.ts";
import { rowAt, stackTables, type Table } from "../../matrix/mod.ts";

/** Times that the control is dealt anew. */
const DEALS = 10;

/** Options of a rotation over the types of a pool. */
export interface PoolOptions {
  readonly preset: string;
  readonly seed: number;
  readonly backend: string;
  readonly training?: Partial<NovelTraining>;
  /** Hold out these branches only, by the names of their roots; default each in turn. */
  readonly branches?: readonly string[];
  /** Keep finished folds; default: they are not kept. */
  readonly keep?: Keep;
  readonly onFold?: (fold: Fold, done: number, of: number) => void;
}

/** A finished rotation over the types of a pool. */
export interface PoolRun {
  readonly types: readonly HeldOutType[];
  readonly result: Result;
}

/** Trains without each branch in turn and names its cells among all terms that have a text vector. */
export async function runPool(pool: Pool, options: PoolOptions): Promise<PoolRun> {
  const finish = startRun();
  const ids = [...new Set(pool.studies.flatMap(({ types }) => types))].filter((id) => id !== null).sort();
  const folds = branchFolds(pool.ontology, ids).filter(({ name }) =>
    options.branches?.includes(name) ?? true
  );
  const similarity = similarityTable(pool, ids);
  const types: HeldOutType[] = [];
  for (const [i, fold] of folds.entries()) {
    options.onFold?.(fold, i, folds.length);
    const job = { fold, poolIds: ids, similarity, options };
    types.push(...await kept(options.keep, fold.name, () => runFold(pool, job)));
  }
  const cells = types.reduce((sum, it) => sum + it.cells, 0);
  return { types, result: poolResult(pool, { types, folds, options, facts: finish(cells) }) };
}

interface FoldJob {
  readonly fold: Fold;
  /** All types of the pool. */
  readonly poolIds: readonly string[];
  readonly similarity: SimilarityTable;
  readonly options: PoolOptions;
}

/** PageRank similarity of any candidate to any type of the pool: `of.get(candidate)` has one number a type of `ids`. */
interface SimilarityTable {
  readonly ids: readonly string[];
  readonly of: ReadonlyMap<string, Float32Array>;
}

function similarityTable({ types, ontology }: Pool, ids: readonly string[]): SimilarityTable {
  const candidates = liveIds(types.ids, ontology);
  const similarity = seenSimilarity(ontology, { candidates, seen: ids });
  return { ids, of: new Map(candidates.map((id, i) => [id, rowAt(similarity, i)])) };
}

const liveIds = (ids: readonly string[], ontology: Ontology): string[] =>
  ids.filter((id) => ontology.terms.get(id)?.obsolete === false);

async function runFold(pool: Pool, { fold, poolIds, similarity, options }: FoldJob): Promise<HeldOutType[]> {
  const { preset, seed } = options;
  const leftOut = new Set(fold.leftOut);
  const seenIds = new Set(poolIds.filter((id) => !leftOut.has(id)));
  const seen = pool.studies.map((study) => pickCells(study, rowsOfTypes(study, seenIds)))
    .filter(({ source }) => source.nObs > 0);
  const { config, training } = novelSettings(preset);
  const trained = await trainOnSeen({ ...pool, seen }, { ...training, ...options.training, config, seed });
  try {
    const cells = await embedHeldOut(trained.model, pool, fold);
    const rng = createRng(seed).split("held out").split(fold.name);
    return nameHeldOut(trained, { ...cells, pool, fold, poolIds, similarity, rng });
  } finally {
    disposeModel(trained.model);
  }
}

/** Embeddings of all held-out cells of a fold with their types. */
async function embedHeldOut(model: CellModel, { studies }: Pool, { heldOut }: Fold) {
  const ids = new Set(heldOut);
  const parts = studies.map((study) => pickCells(study, rowsOfTypes(study, ids)))
    .filter(({ source }) => source.nObs > 0);
  const rows: Table[] = [];
  for (const { source } of parts) rows.push(await embedSource(model, source));
  return {
    cells: stackTables(rows, model.config.width),
    truth: parts.flatMap(({ types }) => types.map(String)),
  };
}

interface NamingJob {
  readonly cells: Table;
  /** Cell Ontology id of each cell's type. */
  readonly truth: readonly string[];
  readonly pool: Pool;
  readonly fold: Fold;
  readonly poolIds: readonly string[];
  readonly similarity: SimilarityTable;
  readonly rng: Rng;
}

function nameHeldOut(trained: Pick<TrainedOnSeen, "model" | "prototypes">, job: NamingJob): HeldOutType[] {
  const { truth, pool: { ontology }, fold, poolIds } = job;
  const all = liveIds(trained.model.types.ids, ontology);
  const ranks = { all: rankAmong(trained, all, job), pool: rankAmong(trained, poolIds, job) };
  const byType = Map.groupBy(truth.keys(), (row) => truth[row]);
  return [...byType].map(([id, rows]) => {
    const scoresOf = (among: Candidates) =>
      mapHeldOutRules((rule) =>
        summariseRanks(ranks[among][rule].flatMap((of) => rows.map((row) => of[row])))
      );
    return {
      id,
      name: termOf(ontology, id).name,
      fold: fold.name,
      cells: rows.length,
      scores: { all: scoresOf("all"), pool: scoresOf("pool") },
    };
  });
}

/** Rank of each cell's true term among some candidates, by each rule; of the control once per deal. */
function rankAmong(
  { model, prototypes }: Pick<TrainedOnSeen, "model" | "prototypes">,
  candidates: readonly string[],
  { cells, truth, similarity: table, rng }: NamingJob,
): Record<HeldOutRule, Float64Array[]> {
  const types = selectTypes(model.types, candidates);
  const { ids } = types;
  const seen = prototypes.ids.map((id) => table.ids.indexOf(id));
  const data = Float32Array.from(
    ids.flatMap((id) => seen.map((column) => table.of.get(id)?.[column] ?? 0)),
  );
  const similarity = { data, rows: ids.length, cols: seen.length };
  const evidence = { cells, prototypes, text: types, similarity };
  const [text, prototype] = [textRule(evidence), prototypeRule(evidence)];
  const column = new Map(ids.map((id, i) => [id, i]));
  const columns = Int32Array.from(truth, (id) => column.get(id) ?? -1);
  const rank = (scores: Float32Array) => ranksOfTruth(scores, columns);
  return {
    text: [rank(text)],
    prototype_pagerank: [rank(prototype)],
    combination: [rank(combine([text, prototype], { candidates: ids.length, weight: 0.5 }))],
    shuffled_ontology: Array.from(
      { length: DEALS },
      (_, deal) => rank(shuffleColumns(text, ids.length, rng.split(deal))),
    ),
  };
}
