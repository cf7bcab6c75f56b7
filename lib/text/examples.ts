import { averageRanks } from "../metrics/mod.ts";
import {
  liveTerms,
  type Ontology,
  pageRankSimilarity,
  type Relation,
  RELATIONS,
  type RelationTriple,
  relationTriples,
} from "../ontology/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import type { TextTraining } from "./config.ts";
import { padParts, type TextTokenizer, type TokenBatch } from "./tokenizer.ts";

/** Largest error of a PageRank row used for training; its ranks are all that counts. */
const RANK_TOLERANCE = 1e-4;

/** A triple of indices: two texts and a relation. */
interface IndexedTriple {
  readonly head: number;
  readonly relation: number;
  readonly tail: number;
}

/** An ontology cut into token ids, ready to be drawn from. */
export interface TextExamples {
  /** Distinct names and synonyms; the first `terms` of them are the terms' names. */
  readonly texts: readonly (readonly number[])[];
  readonly terms: number;
  /** One a term; null where it has none. */
  readonly definitions: readonly (readonly number[] | null)[];
  readonly triples: readonly IndexedTriple[];
  /** The facts of `triples` with an exact synonym in the place of the head. */
  readonly reworded: readonly IndexedTriple[];
  /** All true tails of a head and relation, by `tailKey`; a synonym has those of its term. */
  readonly tails: ReadonlyMap<number, ReadonlySet<number>>;
  /** PageRank similarity of the terms, `[terms, terms]`; null where no loss asks for it. */
  readonly similarity: Float32Array | null;
}

/** One training step's worth: indices refer to rows of `texts`. */
export interface TextBatch {
  /** Distinct texts, short ones first. */
  readonly texts: readonly TokenBatch[];
  readonly heads: Int32Array;
  readonly relations: Int32Array;
  readonly tails: Int32Array;
  /** The candidates that the true tails are compared with; default `tails`. */
  readonly candidates?: Int32Array;
  /** `[batch, candidates]`: 1 where candidate j is compared with row i; it is false for it. */
  readonly negatives: Float32Array;
  readonly disjoint: Float32Array;
  /** Rows that are names of distinct terms, and the standardised ranks of their similarity, `[terms, terms]`. */
  readonly terms: Int32Array;
  readonly ranks: Float32Array;
  /** Definitions of some of the terms, short ones first, and the rows of their names. */
  readonly definitions: readonly TokenBatch[];
  readonly defined: Int32Array;
}

const tailKey = ({ head, relation }: IndexedTriple) => head * RELATIONS.length + relation;

/** Options for turning an ontology into examples. */
export interface ExampleOptions {
  readonly tokenizer: TextTokenizer;
  readonly training: TextTraining;
  /** Facts to learn instead of the ontology's own. */
  readonly triples?: readonly RelationTriple[];
}

/** Cuts the texts of an ontology into tokens and indexes its triples. */
export function buildExamples(
  ontology: Ontology,
  { tokenizer, training, triples: named = relationTriples(ontology) }: ExampleOptions,
): TextExamples {
  const terms = liveTerms(ontology);
  const texts = [
    ...new Set([...terms.map(({ name }) => name), ...named.flatMap(({ head, tail }) => [head, tail])]),
  ];
  const index = new Map(texts.map((text, i) => [text, i]));
  const triples = named.map(({ head, relation, tail }) => ({
    head: index.get(head)!,
    relation: RELATIONS.indexOf(relation),
    tail: index.get(tail)!,
  }));
  const reworded = rewordHeads(triples);
  const encode = (text: string, length: number) => tokenizer.encode(text, length);
  return {
    texts: texts.map((text) => encode(text, training.nameTokens)),
    terms: terms.length,
    definitions: terms.map(({ definition }) =>
      definition ? encode(definition, training.definitionTokens) : null
    ),
    triples,
    reworded,
    tails: groupTails([...triples, ...reworded]),
    similarity: training.weights.graph > 0
      ? pageRankSimilarity(ontology, { tolerance: RANK_TOLERANCE }).values
      : null,
  };
}

/** Every fact but the synonyms themselves, once for each exact synonym of its head. */
function rewordHeads(triples: readonly IndexedTriple[]): IndexedTriple[] {
  const exact = Map.groupBy(triples.filter(isRelation("exact_synonyms")), ({ head }) => head);
  return triples.filter(isRelation("is_a", "develops_from", "develops_into")).flatMap((triple) =>
    (exact.get(triple.head) ?? []).map((synonym) => ({ ...triple, head: synonym.tail }))
  );
}

const isRelation = (...names: Relation[]) => ({ relation }: IndexedTriple) =>
  names.includes(RELATIONS[relation]);

function groupTails(triples: readonly IndexedTriple[]): Map<number, Set<number>> {
  const groups = new Map<number, Set<number>>();
  for (const triple of triples) {
    const tails = groups.get(tailKey(triple)) ?? new Set();
    groups.set(tailKey(triple), tails.add(triple.tail));
  }
  return groups;
}

/** All triples of an epoch and a share of the reworded ones, in random order, in whole batches cut into micro-batches. */
export function* drawBatches(examples: TextExamples, training: TextTraining, rng: Rng): Generator<TextBatch> {
  const reworded = rng.split("reworded").shuffle([...examples.reworded]);
  const extra = reworded.slice(0, countReworded(examples, training));
  const order = rng.split("order").shuffle([...examples.triples, ...extra]);
  const size = Math.min(training.batch, order.length);
  for (let start = 0; start + size <= order.length; start += size) {
    const batch = order.slice(start, start + size);
    const wrong = training.wrongTails === "one"
      ? drawWrongTails(examples, batch, rng.split(`tails ${start}`))
      : null;
    for (let from = 0; from < size; from += microBatch(training)) {
      const rows = [from, from + microBatch(training)] as const;
      yield buildBatch(examples, batch.slice(...rows), {
        wrong: wrong?.slice(...rows),
        definitions: training.definitions,
        rng: rng.split(`definitions ${start + from}`),
      });
    }
  }
}

/** Triples of one micro-batch. */
const microBatch = ({ batch, microBatch = batch }: TextTraining): number => microBatch;

/** Micro-batches that make one optimiser step. */
export const accumulatedBatches = (training: TextTraining): number =>
  Math.ceil(training.batch / microBatch(training));

/** One false tail of the batch for each triple, at random; its own tail where the batch has no false one. */
function drawWrongTails(examples: TextExamples, triples: readonly IndexedTriple[], rng: Rng): number[] {
  return triples.map((triple) => {
    const known = examples.tails.get(tailKey(triple))!;
    const wrong = triples.map(({ tail }) => tail).filter((tail) => !known.has(tail));
    return wrong.length > 0 ? rng.choice(wrong) : triple.tail;
  });
}

const countReworded = ({ reworded }: TextExamples, training: TextTraining): number =>
  Math.round(training.reworded * reworded.length);

/** Number of whole batches that {@linkcode drawBatches} gives, each of `accumulatedBatches` micro-batches. */
export function countBatches(examples: TextExamples, training: TextTraining): number {
  const triples = examples.triples.length + countReworded(examples, training);
  return triples === 0 ? 0 : Math.max(1, Math.floor(triples / training.batch));
}

/** Contents of a batch beside its triples. */
interface BatchExtras {
  /** The wrong tail of each triple; without them every false tail of the batch is one. */
  readonly wrong?: readonly number[];
  readonly definitions: number;
  readonly rng: Rng;
}

function buildBatch(
  examples: TextExamples,
  triples: readonly IndexedTriple[],
  { wrong, definitions, rng }: BatchExtras,
): TextBatch {
  const named = new Set([...triples.flatMap(({ head, tail }) => [head, tail]), ...wrong ?? []]);
  const used = sortByLength([...named], examples.texts);
  const row = new Map(used.map((text, i) => [text, i]));
  const terms = used.filter((text) => text < examples.terms);
  const described = rng.shuffle(terms.filter((term) => examples.definitions[term])).slice(0, definitions);
  const defined = sortByLength(described, examples.definitions);
  const rows = (texts: readonly number[]) => Int32Array.from(texts, (text) => row.get(text)!);
  return {
    texts: padParts(used.map((text) => examples.texts[text])),
    heads: rows(triples.map(({ head }) => head)),
    relations: Int32Array.from(triples, ({ relation }) => relation),
    tails: rows(triples.map(({ tail }) => tail)),
    candidates: wrong && rows(wrong),
    negatives: wrong ? ownTails(triples, wrong) : falseTails(examples, triples),
    disjoint: Float32Array.from(triples, ({ relation }) => Number(RELATIONS[relation] === "disjoint_from")),
    terms: rows(terms),
    ranks: similarityRanks(examples, terms),
    definitions: padParts(defined.map((term) => examples.definitions[term]!)),
    defined: rows(defined),
  };
}

const sortByLength = (items: number[], encoded: TextExamples["definitions"]): number[] =>
  items.sort((a, b) => encoded[a]!.length - encoded[b]!.length);

function falseTails(examples: TextExamples, triples: readonly IndexedTriple[]): Float32Array {
  const size = triples.length;
  const negatives = new Float32Array(size * size);
  triples.forEach((triple, i) => {
    const known = examples.tails.get(tailKey(triple))!;
    triples.forEach(({ tail }, j) => negatives[i * size + j] = known.has(tail) ? 0 : 1);
  });
  return negatives;
}

/** Row i is compared with candidate i, if that is not its true tail. */
function ownTails(triples: readonly IndexedTriple[], wrong: readonly number[]): Float32Array {
  const negatives = new Float32Array(triples.length ** 2);
  triples.forEach(({ tail }, i) => negatives[i * triples.length + i] = Number(wrong[i] !== tail));
  return negatives;
}

/** Ranks of each term's similarity to the others of the batch, to mean 0 and deviation 1 a row; 0 on the diagonal. */
function similarityRanks({ similarity, terms: all }: TextExamples, terms: readonly number[]): Float32Array {
  const size = terms.length;
  const ranks = new Float32Array(size * size);
  if (!similarity) return ranks;
  terms.forEach((from, i) => {
    const others = terms.filter((_, j) => j !== i);
    const row = standardise(averageRanks(others.map((to) => similarity[from * all + to])));
    row.forEach((value, j) => ranks[i * size + (j < i ? j : j + 1)] = value);
  });
  return ranks;
}

function standardise(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (variance > 0 ? (value - mean) / Math.sqrt(variance) : 0));
}
