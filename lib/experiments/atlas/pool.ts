import type { CellSource } from "../../data/mod.ts";
import {
  detectValues,
  type GeneVocabulary,
  matchGenes,
  type ModelCells,
  readModelCells,
} from "../../genes/mod.ts";
import { Frame, selectColumns, stackRows } from "../../matrix/mod.ts";
import { ancestors, type Ontology, termOf } from "../../ontology/mod.ts";
import type { ExperimentSet } from "../finetune/mod.ts";
import type { Study } from "../pretrain/mod.ts";

/** A study with its genes found in a vocabulary. */
export interface PooledStudy {
  /** Without endings such as .h5ad. */
  readonly name: string;
  readonly cells: ModelCells;
  /** Cell Ontology id of each cell, or null. */
  readonly types: readonly (string | null)[];
}

/** Finds the genes of studies in one vocabulary. */
export const matchStudies = (studies: readonly Study[], vocabulary: GeneVocabulary): PooledStudy[] =>
  studies.map(({ name, source, types }) => ({
    name: name.replace(/\.h5ad$/, ""),
    cells: {
      source,
      values: detectValues(source),
      tokenOf: matchGenes(source, vocabulary).tokenOf,
      genes: vocabulary.symbols.length,
    },
    types,
  }));

/** Genes of the vocabulary that all studies measured, ascending. */
function commonGenes(studies: readonly PooledStudy[]): Int32Array {
  const [first, ...others] = studies.map(({ cells }) => new Set(cells.tokenOf));
  return Int32Array.from(first).filter((token) => token >= 0 && others.every((known) => known.has(token)))
    .sort();
}

/** Studies as one set of cells: log1p values of the genes that all of them measured, grouped by study. */
export function poolStudies(
  studies: readonly PooledStudy[],
  { name, vocabulary, ontology }: { name: string; vocabulary: GeneVocabulary; ontology: Ontology },
): ExperimentSet {
  const types = studies.flatMap((study) => study.types);
  const nameOf = new Map(
    [...new Set(types)].flatMap((id) => id === null ? [] : [[id, termOf(ontology, id).name]]),
  );
  const genes = commonGenes(studies);
  const symbols = Array.from(genes, (token) => vocabulary.symbols[token]);
  return {
    name,
    real: true,
    sha256: null,
    source: pooledSource(studies.map(({ cells }) => cells), { name, genes, symbols }),
    values: { kind: "log1p", evidence: "each study was brought to log1p of counts per 10,000 by itself" },
    labels: types.map((id) => id === null ? null : nameOf.get(id) ?? id),
    groups: studies.flatMap((study) => study.types.map(() => study.name)),
    terms: new Map([...nameOf].map(([id, label]) => [label, id])),
  };
}

/** Cells of several files one behind the other, read by slices. */
function pooledSource(
  files: readonly ModelCells[],
  { name, genes, symbols }: { name: string; genes: Int32Array; symbols: readonly string[] },
): CellSource {
  const starts = files.reduce((sums, { source }) => [...sums, sums[sums.length - 1] + source.nObs], [0]);
  const nObs = starts[files.length];
  const rows = (start: number, end: number) =>
    stackRows(
      files.flatMap((file, i) => {
        const [from, to] = [Math.max(start, starts[i]), Math.min(end, starts[i + 1])].map((at) =>
          at - starts[i]
        );
        return from < to ? selectColumns(readModelCells(file, from, to), genes) : [];
      }),
      genes.length,
    );
  const obsNames = files.flatMap(({ source }) => [...source.obsNames]);
  return {
    name,
    nObs,
    nVars: genes.length,
    obsNames,
    varNames: symbols,
    rows,
    obs: new Frame(obsNames),
    var: new Frame(symbols, { symbol: symbols }),
    close: () => files.forEach(({ source }) => source.close()),
  };
}

/**
 * Each type as the most general type among all of them that subsumes it: where one study says "T cell" and another which
 * one, both say "T cell", so that studies of different detail can be held against each other.
 */
export function commonGrain(types: readonly (string | null)[], ontology: Ontology): (string | null)[] {
  const used = new Set(types);
  const general = new Map([...used].map((id) => {
    const above = id === null ? [] : [...ancestors(ontology, id).keys()].filter((up) => used.has(up));
    return [id, above.at(-1) ?? id]; // ancestors come nearest first
  }));
  return types.map((id) => general.get(id) ?? null);
}
