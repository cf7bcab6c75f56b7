import { bars, type Figure, type FigureText, lines, scatterMap, shareBars } from "../figures/mod.ts";
import { ancestors, type Ontology, termOf } from "../ontology/mod.ts";
import {
  embedTexts,
  nearestTypes,
  type NearType,
  relationVector,
  type TextScores,
  type TypeVectors,
} from "../text/mod.ts";
import type { TextTrial } from "../experiments/text/mod.ts";
import { rowAt } from "../matrix/mod.ts";
import { join } from "node:path";
import type { DataFrame } from "nodejs-polars";
import type { Result } from "../metrics/mod.ts";
import { checkpointsDir } from "../runtime/mod.ts";
import { scoreTable } from "./tables.ts";

/** Broad types that colour a map, in this order where a type is under several. */
const BRANCHES = ("CL:0000084 CL:0000945 CL:0001065 CL:0000766 CL:0000540 CL:0000125 CL:0000115 CL:0000066 " +
  "CL:0000187 CL:0000057").split(" ");
const OTHER = "other types";

/** The broad type that each term falls under, or "other types". */
export function branchNames(ontology: Ontology, ids: readonly string[]): string[] {
  const known = BRANCHES.filter((id) => ontology.terms.has(id));
  return ids.map((id) => {
    const above = ancestors(ontology, id);
    const branch = known.find((root) => root === id || above.has(root));
    return branch ? termOf(ontology, branch).name : OTHER;
  });
}

/** Places of some types on a plane, as `mapCells` gives them. */
export interface TypePlaces {
  readonly rows: ArrayLike<number>;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** Options of a map of types beside the types. */
export interface TypeMap extends FigureText {
  readonly ontology: Ontology;
  readonly places: TypePlaces;
  /** Write the branches on the map; default true. */
  readonly namesOnMap?: boolean;
}

/** Types on a plane, coloured by branch. */
export function typeMap(types: TypeVectors, { ontology, places, ...text }: TypeMap): Figure {
  const rows = Array.from(places.rows);
  const label = branchNames(ontology, rows.map((row) => types.ids[row]));
  const order = BRANCHES.filter((id) => ontology.terms.has(id)).map((id) => termOf(ontology, id).name);
  const hover = rows.map((row) => `${types.names[row]} (${types.ids[row]})`);
  return scatterMap({ ...text, x: places.x, y: places.y, label, hover, order });
}

/** The types nearest to a vector as bars, nearest at the top. */
export function nearestFigure(near: readonly NearType[], text: FigureText): Figure {
  return bars({
    ...text,
    categories: near.map(({ name }) => name),
    series: [{ name: "cosine", values: near.map(({ cosine }) => cosine) }],
    value: "cosine with the type's vector",
    horizontal: true,
    format: ".2f",
  });
}

/** A line of a training log, as far as its figure needs it. */
interface LoggedLoss {
  readonly step: number;
  readonly kind: string;
  readonly scores: Record<string, number>;
}

/** The parts of the training loss over the optimiser steps. */
export function lossFigure(log: readonly LoggedLoss[], text: Partial<FigureText> = {}): Figure {
  const rows = log.filter(({ kind }) => kind === "train");
  const parts = Object.keys(rows[0]?.scores ?? {});
  const series = parts.map((name) => ({
    name,
    x: rows.map(({ step }) => step),
    y: rows.map(({ scores }) => scores[name]),
  }));
  return lines({
    title: "Training loss and its parts",
    x: "optimiser step",
    y: "loss",
    logY: true,
    ...text,
    series,
  });
}

/** Name of each score in figures. */
const SCORE_NAMES: Record<string, string> = {
  spearman: "agreement with the graph (Spearman)",
  is_a_mrr: "finds the parent (MRR)",
  is_a_hits_at_10: "parent in the top 10",
  synonym_accuracy: "names the synonym (accuracy)",
  synonym_mrr: "names the synonym (MRR)",
};

/** Scores on held-out terms, one colour a method, each number beyond its bar. */
export function scoreFigure(
  methods: Readonly<Record<string, TextScores>>,
  text: Partial<FigureText> = {},
): Figure {
  const scores = Object.keys(SCORE_NAMES);
  const { data, layout } = shareBars({
    title: "Held-out cell types",
    subtitle: "names that no encoder has read",
    ...text,
    categories: scores.map((score) => SCORE_NAMES[score]),
    series: Object.entries(methods).map(([name, of]) => ({ name, values: scores.map((score) => of[score]) })),
    value: "score (1 is perfect)",
  });
  return { data: data.map((trace) => ({ ...trace, textposition: "outside", cliponaxis: false })), layout };
}

/** A held-out type, its parents, and what the encoder takes for them. */
export interface ParentGuess {
  readonly type: string;
  readonly parents: string;
  readonly guesses: string;
}

/**
 * The first `types` held-out types that have parents, with the `count` types that the encoder finds nearest to their
 * vector plus that of is_a.
 */
export function guessParents(
  { model, exam }: TextTrial,
  { types, count }: { types: number; count: number },
): ParentGuess[] {
  const { names, heldOut, parents } = exam;
  const embeddings = { ids: names, names, ...embedTexts(model, names) };
  const isA = relationVector(model, "is_a");
  const asked = heldOut.map((row, i) => ({ row, above: parents[i] })).filter(({ above }) => above.length > 0);
  return asked.slice(0, types).map(({ row, above }) => {
    const own = rowAt(embeddings, row);
    const moved = isA.map((value, j) => value + own[j]);
    const near = nearestTypes(embeddings, moved, count + 1).filter(({ name }) => name !== names[row]);
    return {
      type: names[row],
      parents: above.map((parent) => names[parent]).join("; "),
      guesses: near.slice(0, count).map(({ name }) => name).join("; "),
    };
  });
}

/** Scores of the shipped text encoder when it was made, beside trainings with parts of its loss left out. */
export interface ShippedText {
  /** Scores by method, in words; "shipped" comes first. */
  readonly methods: Readonly<Record<string, TextScores>>;
  /** The held-out part. */
  readonly split: string;
}

/** Reads metrics.json of the shipped text encoder. */
export async function shippedText(): Promise<ShippedText> {
  const path = join(checkpointsDir(), "text-walkthrough", "metrics.json");
  const { metrics, baselines, split }: {
    metrics: TextScores;
    baselines: Record<string, TextScores>;
    split: Result["split"];
  } = JSON.parse(await Deno.readTextFile(path));
  const others = Object.entries(baselines).map(([name, scores]) => [name.replaceAll("_", " "), scores]);
  return { methods: { shipped: metrics, ...Object.fromEntries(others) }, split };
}

/** Scores of text encoders as a table, one row a method. */
export const textScoreTable = (methods: Readonly<Record<string, TextScores>>): DataFrame =>
  scoreTable(Object.entries(methods), {
    spearman: "agreement with the graph",
    is_a_mrr: "parent (MRR)",
    is_a_hits_at_10: "parent in the top 10",
    synonym_accuracy: "synonym (accuracy)",
    synonym_mrr: "synonym (MRR)",
  });
