import {
  type CellModel,
  embedAll,
  embedMatrix,
  fileCentre,
  modelEmbedder,
  selectTypes,
} from "../../cell/mod.ts";
import type { CellSource } from "../../data/mod.ts";
import { detectValues, type LabelledCells, matchGenes, orderedBatches } from "../../genes/mod.ts";
import { childrenOf, type Ontology, pageRankSimilarity, parentsOf, termOf } from "../../ontology/mod.ts";
import { dataError } from "../../runtime/mod.ts";
import type { Study } from "../pretrain/mod.ts";
import type { Evidence } from "./rules.ts";
import { type Table, tableOf, takeRows, unitRows } from "../../matrix/mod.ts";

/** Types met in training, each with the mean direction of its cells. */
export interface Prototypes extends Table {
  /** Cell Ontology ids, one a row. */
  readonly ids: readonly string[];
}

/** The mean of the unit embeddings of the cells of each class; a class without cells has none. */
export function meanPrototypes(model: CellModel, sets: readonly LabelledCells[]): Prototypes {
  const { width } = model.config;
  const sums = new Float32Array(model.classes.length * width);
  const counts = new Int32Array(model.classes.length);
  const centres = sets.map((set) => fileCentre(model, set));
  for (const { cells, classes, studies } of orderedBatches(sets, 256)) {
    const unit = unitRows(embedMatrix(model, { ...cells, centre: centres[studies[0]] }));
    classes.forEach((label, row) => {
      if (label < 0) return;
      counts[label]++;
      for (let i = 0; i < width; i++) sums[label * width + i] += unit.data[row * width + i];
    });
  }
  const met = [...model.classes.keys()].filter((label) => counts[label] > 0);
  return { ids: met.map((label) => model.classes[label]), ...takeRows(tableOf(sums, width), met) };
}

/** The text vectors of the seen types in place of prototypes, where no cells of them are available. */
export const textPrototypes = ({ types, classes }: CellModel): Prototypes => selectTypes(types, classes);

/** Cells to name, what they are, and all that rules may use. */
export interface NamingTask {
  readonly evidence: Evidence;
  /** Cell Ontology ids of the candidates, in the order of their columns. */
  readonly candidates: readonly string[];
  /** Column of the true type of each cell. */
  readonly truth: Int32Array;
}

/** Embeds cells, one column a gene of the model. */
export async function embedSource(model: CellModel, source: CellSource): Promise<Table> {
  const { vocabulary } = model;
  const { tokenOf } = matchGenes(source, vocabulary);
  const cells = { source, values: detectValues(source), tokenOf, genes: vocabulary.symbols.length };
  return await embedAll(modelEmbedder(model), cells);
}

/**
 * Gathers the evidence for naming the cells of a study among all of its types.
 *
 * @throws {KcellfmError} tag "data", when a type of the study has no text vector.
 */
export async function gatherEvidence(
  model: CellModel,
  { source, types, name }: Study,
  { prototypes, ontology }: { prototypes: Prototypes; ontology: Ontology },
): Promise<NamingTask> {
  const candidates = [...new Set(types)].filter((id) => id !== null).sort();
  const text = selectTypes(model.types, candidates);
  const column = new Map(candidates.map((id, i) => [id, i]));
  if (text.ids.length < candidates.length || types.includes(null)) {
    throw dataError(
      `Cannot name the cells of ${name}: ${
        candidates.length - text.ids.length
      } of its types have no text vector`,
    );
  }
  return {
    candidates,
    truth: Int32Array.from(types, (id) => id === null ? -1 : column.get(id) ?? -1),
    evidence: {
      cells: await embedSource(model, source),
      prototypes,
      text,
      similarity: seenSimilarity(ontology, { candidates, seen: prototypes.ids }),
    },
  };
}

/**
 * PageRank of each seen type from each candidate: `[candidates, seen]`. The graph has no directions, so a walk of any
 * length from c to s and back obeys `d_c p_c(s) = d_s p_s(c)` with degrees d, and the few seen types serve as starts.
 */
export function seenSimilarity(
  ontology: Ontology,
  { candidates, seen }: { candidates: readonly string[]; seen: readonly string[] },
): Table {
  const { targets, values } = pageRankSimilarity(ontology, { sources: seen });
  const column = new Map(targets.map((id, i) => [id, i]));
  const degrees = seen.map((id) => degree(ontology, id));
  const data = Float32Array.from(candidates.flatMap((id) => {
    const [at, own] = [column.get(id) ?? -1, degree(ontology, id)];
    return degrees.map((of, s) => at < 0 ? 0 : values[s * targets.length + at] * of / own);
  }));
  return { data, rows: candidates.length, cols: seen.length };
}

/** Live terms joined to one by is_a, either way; a term without any counts as joined to itself. */
function degree(ontology: Ontology, id: string): number {
  const joined = [...parentsOf(ontology, id), ...childrenOf(ontology, id)];
  return new Set(joined.filter((other) => !termOf(ontology, other).obsolete)).size || 1;
}
