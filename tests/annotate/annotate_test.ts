import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type CellSource,
  isCategorical,
  type MatrixChoice,
  openCells,
  openH5ad,
} from "../../lib/data/mod.ts";
import { loadOntology } from "../../lib/ontology/mod.ts";
import { startBackend } from "../../lib/runtime/mod.ts";
import { annotate, type AnnotateContext, type Annotation } from "../../lib/annotate/annotate.ts";
import { toResult } from "../../lib/annotate/result.ts";
import { writeAnnotation } from "../../lib/annotate/write.ts";
import { pointsToCheck } from "../../lib/annotate/report/checks.ts";
import { calledTypes, confidentFigure, renderReport, scoresFigure } from "../../lib/annotate/report/mod.ts";
import { linearEmbedder, type PairOnDisk, save, TYPES, withPair } from "./fixture.ts";
import { rowAt } from "../../lib/matrix/mod.ts";

const backend = await startBackend();
const ontology = await loadOntology(null);
const context = ({ genes }: PairOnDisk): AnnotateContext => ({
  embedder: linearEmbedder(genes, { types: [] }),
  ontology,
  seed: 42,
});
const facts = {
  seconds: 1,
  cells_per_second: 250,
  peak_mb: 100,
  versions: { deno: "x" },
  backend: backend.name,
};

const SMALL = { cells: 150, genes: 150 };
let annotated: Promise<Annotation> | null = null;

/** Annotates the query of a simulated pair by its reference; the pair is the same every time, so once is enough. */
function byReference(pair: PairOnDisk): Promise<Annotation> {
  annotated ??= annotateByReference(pair);
  return annotated;
}

function annotateByReference(pair: PairOnDisk): Promise<Annotation> {
  const reference = { path: pair.reference, labelKey: "cell_type" };
  return annotate({ input: pair.query, reference }, context(pair));
}

Deno.test("annotate by a reference names simulated cells far above the majority class, beside baselines", () =>
  withPair(async (pair) => {
    const { evaluation, calls, reference, embeddings } = await byReference(pair);
    assert.ok(evaluation);
    // Five simulated types are easy by their genes; the floor is the required 0.3 above the majority.
    assert.ok(evaluation.metrics.accuracy > evaluation.baselines.majority.accuracy + 0.3);
    assert.ok(evaluation.baselines.logistic_regression.accuracy > 0.8);
    assert.ok(evaluation.metrics.ontology_accuracy >= evaluation.metrics.accuracy);
    assert.deepEqual(Object.keys(evaluation.baselines), [
      "majority",
      "logistic_regression",
      "k_nearest_neighbours",
    ]);
    assert.equal(evaluation.truthKey, "cell_type");
    assert.equal(embeddings.rows, 150);
    assert.deepEqual(calls.types.map(({ id }) => id).sort(), TYPES.toSorted());
    assert.ok(reference && reference.heldOut.accuracy > 0.6);
    for (const values of [calls.confidence, calls.novelty]) {
      assert.ok(values.every((value) => value >= 0 && value <= 1));
    }
  }, SMALL));

Deno.test("annotate gives the same answer to the bit when run again", () =>
  withPair(async (pair) => {
    const [first, second] = [await byReference(pair), await annotateByReference(pair)];
    assert.deepEqual(first.calls, second.calls);
    assert.deepEqual(first.markers, second.markers);
  }, SMALL));

Deno.test("annotate decodes each row of both files once, from file to label, markers and baselines", () =>
  withPair(async (pair) => {
    const read = new Map<string, number>();
    const open = async (path: string, choice: MatrixChoice): Promise<CellSource> => {
      const source = await openCells(path, choice);
      const rows = (start: number, end: number) => {
        read.set(path, (read.get(path) ?? 0) + end - start);
        return source.rows(start, end);
      };
      return { ...source, rows };
    };
    const reference = { path: pair.reference, labelKey: "cell_type" };
    await annotate({ input: pair.query, reference }, { ...context(pair), open });
    for (const path of [pair.query, pair.reference]) {
      assert.ok((read.get(path) ?? 0) <= 1.1 * SMALL.cells, `${path}: ${read.get(path)} of ${SMALL.cells}`);
    }
    assert.equal(read.size, 2);
  }, SMALL));

Deno.test("annotate without a reference calls the type whose text vector is nearest", () =>
  withPair(async (pair) => {
    const embedder = linearEmbedder(pair.genes);
    const { calls, embeddings, evaluation } = await annotate({ input: pair.query }, {
      ...context(pair),
      embedder,
    });
    const row = 17;
    const cosines = TYPES.map((_, type) => {
      const [a, b] = [
        rowAt(embeddings, row),
        rowAt(embedder.types, type),
      ];
      return a.reduce((sum, value, j) => sum + value * b[j], 0) / (Math.hypot(...a) * Math.hypot(...b));
    });
    const best = cosines.indexOf(Math.max(...cosines));
    assert.equal(calls.best[row], best);
    assert.ok(Math.abs(calls.novelty[row] - Math.min(1, 1 - cosines[best])) < 1e-5); // float32 cosines
    const weights = cosines.map((cosine) => Math.exp(cosine / embedder.temperature));
    const share = weights[best] / weights.reduce((a, b) => a + b);
    assert.ok(Math.abs(calls.confidence[row] - share) < 1e-4);
    assert.deepEqual(Object.keys(evaluation?.baselines ?? {}), ["majority"]);
  }, SMALL));

Deno.test("annotate gives cells of a type that the reference lacks a higher novelty", () =>
  withPair(async (pair) => {
    const path = join(pair.folder, "without_monocytes.h5ad");
    const source = await openH5ad(pair.reference);
    await save(path, source, { hide: "monocyte" });
    source.close();
    const reference = { path, labelKey: "cell_type" };
    const annotation = await annotate({ input: pair.query, reference }, context(pair));
    const { evaluation } = annotation;
    // 0.5 is chance; monocytes lie far from the lymphocytes that are left.
    assert.ok(evaluation && evaluation.metrics.novelty_auroc > 0.8, `${evaluation?.metrics.novelty_auroc}`);
    assert.ok(evaluation.metrics.unknown > 0.05);
    const points = pointsToCheck(annotation, calledTypes(annotation)).join(" ");
    assert.match(points, /cells \(\d+ %\) are unknown: they resemble none of the 4 types/);
  }, SMALL));

Deno.test("annotate writes the obs columns, the embedding and its provenance", () =>
  withPair(async (pair) => {
    const annotation = await byReference(pair);
    const out = join(pair.folder, "out.h5ad");
    await writeAnnotation(annotation, { input: pair.query, out }, { deno: "x" });
    const file = await openH5ad(out);
    const columns = [
      ...["kcellfm_cell_type", "kcellfm_cl_id", "kcellfm_confidence", "kcellfm_novelty"],
      ...["kcellfm_confident_type", "kcellfm_confident_cl_id"],
    ];
    assert.deepEqual(columns.filter((name) => !file.obs.columns.includes(name)), []);
    assert.deepEqual(
      [...file.obs.values("kcellfm_cl_id")],
      Array.from(annotation.calls.best, (t) => annotation.calls.types[t].id),
    );
    assert.deepEqual(file.obsm("X_kcellfm").shape, [150, 24]);
    const places = file.obsm("X_kcellfm_umap");
    assert.deepEqual(places.shape, [150, 2]);
    assert.ok(places.data.every(Number.isFinite));
    assert.ok(isCategorical(file.element("obs/kcellfm_cell_type")));
    assert.equal(file.element("uns/kcellfm/preset"), "nano");
    assert.equal(file.element("uns/kcellfm/versions/deno"), "x");
    const original = await openH5ad(pair.query);
    assert.deepEqual(file.rows(0, 150), original.rows(0, 150));
    file.close();
    original.close();
  }, SMALL));

Deno.test("annotate writes a table of the columns when the answer is a .tsv", () =>
  withPair(async (pair) => {
    const out = join(pair.folder, "out.tsv");
    await writeAnnotation(await byReference(pair), { input: pair.query, out }, {});
    const lines = (await Deno.readTextFile(out)).trim().split("\n");
    assert.equal(lines.length, 151);
    assert.equal(
      lines[0],
      "cell\tkcellfm_cell_type\tkcellfm_cl_id\tkcellfm_confidence\tkcellfm_novelty\tkcellfm_confident_type" +
        "\tkcellfm_confident_cl_id\tkcellfm_ontology",
    );
    const fields = lines[1].split("\t");
    assert.equal(fields.length, 8);
    assert.match(fields[3], /^0\.\d{1,9}$|^[01]$/); // as many digits as a float32 has
    assert.match(fields[7], /\d{4}/);
  }, SMALL));

Deno.test("annotate's result has the form that results are written in", () =>
  withPair(async (pair) => {
    const result = toResult(await byReference(pair), { ...facts, sha256: null });
    assert.equal(result?.set, "query");
    assert.equal(result?.split, "reference reference");
    assert.ok(result && result.metrics.accuracy !== null);
  }, SMALL));

Deno.test("annotate stops between two batches when it is told to", () =>
  withPair(async (pair) => {
    const controller = new AbortController();
    const stop = (_file: string, done: number) => done >= 64 && controller.abort();
    const stopped = annotate({ input: pair.query }, {
      ...context(pair),
      embedder: linearEmbedder(pair.genes),
      signal: controller.signal,
      onProgress: stop,
    });
    await assert.rejects(stopped, { name: "AbortError" });
  }, SMALL));

Deno.test("annotate refuses a label key or truth key that is not there", () =>
  withPair(async (pair) => {
    const reference = { path: pair.reference, labelKey: "nope" };
    const wanted =
      /reference\.h5ad has no column "nope" \(its columns: cell_type, cell_type_ontology_term_id\)/;
    await assert.rejects(annotate({ input: pair.query, reference }, context(pair)), wanted);
    const truthKey = "nope";
    await assert.rejects(
      annotate({ input: pair.query, truthKey }, { ...context(pair), embedder: linearEmbedder(pair.genes) }),
      /query\.h5ad has no column "nope"/,
    );
  }, SMALL));

Deno.test("scoresFigure and confidentFigure show what the tables say", () =>
  withPair(async (pair) => {
    const answer = await byReference(pair);
    const [accuracy] = scoresFigure(answer)!.figure.data as { x: number[]; y: string[] }[];
    assert.deepEqual([accuracy.y[0], accuracy.x[0]], ["KCellFM", answer.evaluation!.metrics.accuracy]);
    assert.equal(scoresFigure({ ...answer, evaluation: null }), null);
    const kinds = confidentFigure(answer).figure.data as { name: string; x: number[] }[];
    assert.deepEqual(kinds.map(({ name }) => name), ["as called", "rolled up", "unknown"]);
    const total = kinds.flatMap(({ x }) => x).reduce((sum, share) => sum + share, 0);
    assert.ok(Math.abs(total - 1) < 1e-6, `${total}`); // shares of all cells
  }, SMALL));

Deno.test("renderReport makes one page with every section that needs nothing else", () =>
  withPair(async (pair) => {
    const html = await renderReport(await byReference(pair), facts);
    for (
      const title of [
        "Which cells are there",
        "How sure the calls are",
        "Answers that reach a summed probability of 0.5",
        "What marks the types",
        "own labels",
        "What was read",
      ]
    ) {
      assert.ok(html.includes(title), title);
    }
    assert.equal(html.match(/<img /g)?.length, 5);
    assert.doesNotMatch(html, /<img alt=""|<script|<link|src="(?!data:)/);
  }, SMALL));
