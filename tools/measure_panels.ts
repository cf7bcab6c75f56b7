import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { callWithoutReference, LEAST_GENES } from "../lib/annotate/mod.ts";
import { embedAll, type Embedder, loadCellCheckpoint, modelEmbedder } from "../lib/cell/mod.ts";
import { markdownTable, runCommand } from "../lib/cli/mod.ts";
import { corpusDatasets, fetchFile } from "../lib/data/fetch/mod.ts";
import { type CellSource, memorySource, openCells } from "../lib/data/mod.ts";
import { detectValues, matchGenes } from "../lib/genes/mod.ts";
import { selectColumns } from "../lib/matrix/mod.ts";
import { labelsIfAny, loadOntology, type Ontology, sameLineIn } from "../lib/ontology/mod.ts";
import { checkpointsDir, createRng, type Rng, startBackend } from "../lib/runtime/mod.ts";

/** Known genes of a panel; Infinity for all that the file has. */
const SIZES = [20, 40, 80, 160, 320, 640, 1280, Infinity];
/** Cells of each set. */
const CELLS = 200;

/** One cell seen through one panel. */
interface Trial {
  readonly size: number;
  /** Known genes with a value. */
  readonly genes: number;
  readonly isRight: boolean;
}

/** `deno task panels`: how many cells are named right without a reference when few genes are known. */
export const command = new Command("panels")
  .description(
    "Names cells of the development hold-outs through random panels of their genes, without a reference.",
  )
  .option("--checkpoint <folder>", "the cell model", join(checkpointsDir(), "walkthrough"))
  .action(async ({ checkpoint }) => {
    await startBackend();
    const ontology = await loadOntology(null);
    const embedder = modelEmbedder(await loadCellCheckpoint(checkpoint));
    const trials: Trial[] = [];
    for (const dataset of corpusDatasets("development")) {
      const source = await openCells(await fetchFile(dataset));
      trials.push(...await measure(source, { embedder, ontology, rng: createRng(dataset.name) }));
      source.close();
      console.error(dataset.name);
    }
    console.log(
      tableOf("known genes of the panel", SIZES, (size) => trials.filter((trial) => trial.size === size)),
    );
    const counts = [0, 1, 2, 3, LEAST_GENES, 8, 12, 20, 50, 100];
    const within = (from: number) => {
      const to = counts[counts.indexOf(from) + 1] ?? Infinity;
      return trials.filter(({ genes }) => genes >= from && genes < to);
    };
    console.log(tableOf("known genes with a value, from", counts, within));
  });

function tableOf(
  what: string,
  values: readonly number[],
  trialsAt: (value: number) => readonly Trial[],
): string {
  const rows = values.map((value) => {
    const trials = trialsAt(value);
    const right = trials.filter(({ isRight }) => isRight).length / trials.length;
    return [value === Infinity ? "all" : String(value), String(trials.length), right.toFixed(2)];
  });
  return markdownTable({ title: "", columns: [what, "cells", "right, above or below"], rows });
}

interface Measuring {
  readonly embedder: Embedder;
  readonly ontology: Ontology;
  readonly rng: Rng;
}

async function measure(source: CellSource, { embedder, ontology, rng }: Measuring): Promise<Trial[]> {
  const isSame = sameLineIn(ontology);
  const labels = labelsIfAny(source, "cell_type", ontology)?.labels ?? [];
  const labelled = [...labels.keys()].filter((row) => ontology.terms.has(labels[row]?.id ?? ""));
  const rows = rng.split("cells").shuffle(labelled).slice(0, CELLS);
  const { tokenOf } = matchGenes(source, embedder.vocabulary);
  const known = Int32Array.from(tokenOf.keys()).filter((column) => tokenOf[column] >= 0);
  const trials: Trial[] = [];
  for (const size of SIZES) {
    if (size !== Infinity && size > known.length) continue;
    const columns = size === Infinity ? known : rng.split(size).shuffle([...known]).slice(0, size);
    const panel = panelOf(source, { rows, columns: Int32Array.from(columns).sort() });
    const cells = { ...panel, tokenOf: panel.tokenOf(tokenOf), genes: embedder.vocabulary.symbols.length };
    const embedded = await embedAll(embedder, cells);
    const { best, types } = (await callWithoutReference(cells, embedded, { embedder, ontology })).calls;
    rows.forEach((row, cell) =>
      trials.push({
        size,
        genes: embedded.genes[cell],
        isRight: isSame(labels[row]?.id ?? "", types[best[cell]].id),
      })
    );
  }
  return trials;
}

/** Some cells of a file at some of its genes; cells without a count are kept. */
function panelOf(source: CellSource, { rows, columns }: { rows: readonly number[]; columns: Int32Array }) {
  const blocks = rows.map((row) => selectColumns(source.rows(row, row + 1), columns));
  const indptr = new Int32Array(rows.length + 1);
  blocks.forEach(({ data }, i) => indptr[i + 1] = indptr[i] + data.length);
  const matrix = {
    rows: rows.length,
    cols: columns.length,
    indptr,
    indices: Int32Array.from(blocks.flatMap(({ indices }) => [...indices])),
    data: Float32Array.from(blocks.flatMap(({ data }) => [...data])),
  };
  const varNames = Array.from(columns, (column) => source.varNames[column]);
  return {
    source: memorySource({ name: source.name, matrix, obsNames: rows.map(String), varNames }),
    values: detectValues(source),
    tokenOf: (all: Int32Array) => Int32Array.from(columns, (column) => all[column]),
  };
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
