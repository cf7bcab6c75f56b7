import { type Annotation, geneNames, readCells } from "../../lib/annotate/mod.ts";
import { calledTypes } from "../../lib/annotate/report/mod.ts";
import type { GeneVocabulary } from "../../lib/genes/mod.ts";
import { ancestors, type Ontology, readTermMarkers } from "../../lib/ontology/mod.ts";
import type { GeneShare, TypeDetails } from "../protocol.ts";
import { typeRows } from "./answer.ts";
import { sampled } from "./sample.ts";

/** In how many cells of each type, and of all, each gene of interest is found. */
export interface Evidence {
  /** Gene -> its place in the counts. */
  readonly places: ReadonlyMap<string, number>;
  /** Types x genes. */
  readonly found: Float64Array;
  /** Cells of each type that were looked at. */
  readonly cells: Float64Array;
  /** Known markers of types by their ids. */
  readonly known: ReadonlyMap<string, readonly string[]>;
}

/** Cells that are looked at for evidence, and markers of a type. */
const MOST_CELLS = 4096;
const MOST_MARKERS = 12;
const BLOCK = 256;

/** Counts the cells that express the known and the found markers of the called types, in one pass over the file. */
export async function gatherEvidence(
  path: string,
  { calls, markers }: Annotation,
  vocabulary: GeneVocabulary,
): Promise<Evidence> {
  const file = await readCells(path, {}, vocabulary);
  try {
    const names = geneNames(file.cells.source);
    const known = knownMarkers(calls.types.map(({ id }) => id));
    const wanted = new Set([...known.values()].flat().concat(markers.genes));
    const columns = new Map(
      [...names.entries()].filter(([, name]) => wanted.has(name)).map(([at, name]) => [name, at]),
    );
    const places = new Map([...columns.keys()].map((gene, place) => [gene, place]));
    const placeOf = new Int32Array(names.length).fill(-1);
    for (const [gene, column] of columns) placeOf[column] = places.get(gene)!;
    const counts = countCells(file.cells.source, {
      placeOf,
      genes: places.size,
      best: calls.best,
      types: calls.types.length,
    });
    return { places, known, ...counts };
  } finally {
    file.cells.source.close();
  }
}

function knownMarkers(ids: readonly string[]): Map<string, string[]> {
  const table = readTermMarkers();
  return new Map(ids.map((id) => {
    const best = (table.get(id) ?? []).toSorted((a, b) => b.weight - a.weight).slice(0, MOST_MARKERS);
    return [id, best.map(({ gene }) => gene)];
  }));
}

interface Counting {
  readonly placeOf: Int32Array;
  readonly genes: number;
  readonly best: Int32Array;
  readonly types: number;
}

function countCells(
  source: Parameters<typeof sampled>[0],
  { placeOf, genes, best, types }: Counting,
): Pick<Evidence, "found" | "cells"> {
  const [found, cells] = [new Float64Array(types * genes), new Float64Array(types)];
  const step = Math.max(1, Math.ceil(source.nObs / MOST_CELLS)) * BLOCK;
  for (let start = 0; start < source.nObs; start += step) {
    const block = source.rows(start, Math.min(start + BLOCK, source.nObs));
    for (let row = 0; row < block.rows; row++) {
      const type = best[start + row];
      cells[type]++;
      for (let i = block.indptr[row]; i < block.indptr[row + 1]; i++) {
        const place = placeOf[block.indices[i]];
        if (place >= 0 && block.data[i] > 0) found[type * genes + place]++;
      }
    }
  }
  return { found, cells };
}

/** A type with what speaks for it: its markers, its surest cells, and what those were called next. */
export function typeDetails(
  index: number,
  { answer, evidence, ontology }: { answer: Annotation; evidence: Evidence; ontology: Ontology },
): TypeDetails {
  const row = typeRows(answer, calledTypes(answer)).find((type) => type.index === index);
  if (!row) throw new Error(`no cell was called type ${index}`);
  const term = ontology.terms.get(row.id);
  const above = term ? [...ancestors(ontology, row.id)].sort((a, b) => a[1] - b[1]).map(([id]) => id) : [];
  const shares = (genes: readonly string[]) => genes.flatMap((gene) => shareOf(gene, index, evidence) ?? []);
  return {
    ...row,
    definition: term?.definition ?? null,
    above: above.filter((id) => id !== row.id).map((id) => ontology.terms.get(id)?.name ?? id).slice(0, 6),
    synonyms: term?.synonyms.map(({ text }) => text).slice(0, 5) ?? [],
    ...cellsOf(index, answer),
    known: shares(evidence.known.get(row.id) ?? []),
    found: shares(answer.markers.byGroup.get(row.name)?.map(({ gene }) => gene) ?? []),
  };
}

function shareOf(gene: string, type: number, { places, found, cells }: Evidence): GeneShare | null {
  const place = places.get(gene);
  if (place === undefined) return null;
  const total = cells.reduce((sum, n) => sum + n, 0);
  const having = cells.reduce((sum, _, k) => sum + found[k * places.size + place], 0);
  const own = found[type * places.size + place];
  return {
    gene,
    inside: own / Math.max(1, cells[type]),
    outside: (having - own) / Math.max(1, total - cells[type]),
  };
}

const SHOWN = 8;

function cellsOf(index: number, { calls, obsNames }: Annotation): Pick<TypeDetails, "surest" | "next"> {
  const rows = [...calls.best.keys()].filter((row) => calls.best[row] === index);
  const surest = rows.toSorted((a, b) => calls.confidence[b] - calls.confidence[a]).slice(0, SHOWN)
    .map((row) => ({ cell: obsNames[row], confidence: calls.confidence[row] }));
  const means = new Float64Array(calls.types.length);
  for (const row of rows) {
    for (let k = 0; k < means.length; k++) {
      means[k] += calls.probabilities[row * means.length + k] / rows.length;
    }
  }
  const next = [...means.keys()].filter((k) => k !== index && means[k] >= 0.005)
    .sort((a, b) => means[b] - means[a]).slice(0, 4)
    .map((k) => ({ name: calls.types[k].name, probability: means[k] }));
  return { surest, next };
}
