import type { PooledModel } from "../../baselines/mod.ts";
import { type CellModel, embedCells, readBlocks, readProfiles, selectTypes } from "../../cell/mod.ts";
import {
  type MarkerEvidence,
  markerEvidence,
  TRUST,
  weighEvidence,
  type ZeroShotTrust,
} from "../../annotate/mod.ts";
import { type Ontology, sameLineIn, type TermMarkers } from "../../ontology/mod.ts";
import { argmax, cosines, softmaxRows, type Table } from "../../matrix/mod.ts";
import type { RivalName } from "./rivals.ts";
import type { ZeroShotSet } from "./sets.ts";

/** Everything that is measured of a set, once for all methods. */
export interface Evidence {
  readonly set: ZeroShotSet;
  readonly types: readonly { readonly id: string; readonly name: string }[];
  readonly embeddings: Table;
  readonly markers: MarkerEvidence;
  /** Scores before the softmax by model, `[cells, types]`: "kcellfm" by its classifier, "text" by its text vectors, and rivals. */
  readonly scores: Readonly<Record<string, Float32Array>>;
}

/** Reads a set through the model and its rivals, whose classes are the model's. */
export async function gatherEvidence(
  set: ZeroShotSet,
  { model, rivals, ontology, termMarkers }: {
    model: CellModel;
    rivals: Partial<Record<RivalName, PooledModel>>;
    ontology: Ontology;
    termMarkers: TermMarkers;
  },
): Promise<Evidence> {
  const { classes, config, vocabulary } = model;
  const { nObs: rows } = set.cells.source;
  const data = new Float32Array(rows * config.width);
  const scores = new Float32Array(rows * classes.length);
  for await (const part of embedCells(model, set.cells)) {
    data.set(part.data, part.start * config.width);
    if (part.scores) scores.set(part.scores, part.start * classes.length);
  }
  const embeddings = { data, rows, cols: config.width };
  return {
    set,
    types: classes.map((id) => ({ id, name: ontology.terms.get(id)?.name ?? id })),
    embeddings,
    markers: markerEvidence(set.cells, { types: classes, markers: termMarkers, vocabulary }),
    scores: { kcellfm: scores, text: scoreTexts(model, embeddings), ...scoreRivals(set, model, rivals) },
  };
}

/** Cosines with the classes' text vectors by the model's temperature; a class without one is out of reach. */
function scoreTexts({ types, classes, temperature }: CellModel, embeddings: Table): Float32Array {
  const known = selectTypes(types, classes);
  const similar = cosines(embeddings, known);
  const column = new Map(known.ids.map((id, i) => [id, i]));
  return Float32Array.from({ length: embeddings.rows * classes.length }, (_, at) => {
    const own = column.get(classes[at % classes.length]);
    const cosine = own === undefined ? -1 : similar.data[Math.floor(at / classes.length) * known.rows + own];
    return cosine / temperature;
  });
}

function scoreRivals(
  { cells }: ZeroShotSet,
  model: CellModel,
  rivals: Partial<Record<RivalName, PooledModel>>,
): Record<string, Float32Array> {
  const all = Object.entries(rivals);
  const width = model.classes.length;
  const scores = Object.fromEntries(all.map(([name]) => [name, new Float32Array(cells.source.nObs * width)]));
  if (all.length === 0) return scores;
  for (const { start, block } of readBlocks(cells)) {
    const profiles = readProfiles(model, block);
    for (const [name, rival] of all) scores[name].set(rival.score(profiles), start * width);
  }
  return scores;
}

/** The helps of each method. */
export const HELPS = {
  alone: { neighbours: false, markers: false },
  neighbours: { neighbours: true, markers: false },
  markers: { neighbours: true, markers: true },
} as const;

export type Help = keyof typeof HELPS;

/** Probabilities of the types by one model with some helps, `[cells, types]`. */
export function probabilitiesOf(
  { types, embeddings, markers, scores }: Evidence,
  { by, help, trust = TRUST }: { by: string; help: Help; trust?: ZeroShotTrust },
): Float32Array {
  const { neighbours, markers: useMarkers } = HELPS[help];
  const own = by === "markers" ? new Float32Array(markers.scores.length) : scores[by]; // markers alone: no model's say
  return weighEvidence({
    types,
    scores: own,
    embeddings: neighbours ? embeddings : null,
    markers: useMarkers ? markers : null,
  }, trust).probabilities;
}

/** The most probable type of each cell. */
export function callsOf(probabilities: Float32Array, types: Evidence["types"]): string[] {
  const width = types.length;
  return Array.from(
    { length: probabilities.length / width },
    (_, row) => types[argmax(probabilities.subarray(row * width, (row + 1) * width))].id,
  );
}

/** For each type whether it is on one line of the ontology with a label of the set: what someone who knows the tissue would expect. */
export function tissueTypes({ set, types }: Evidence, ontology: Ontology): boolean[] {
  const sameLine = sameLineIn(ontology);
  const labels = [...new Set(set.truth)].filter((id) => id !== null);
  return types.map(({ id }) => labels.some((label) => sameLine(id, label)));
}

/** Probabilities when only some types can be: those of the others are shared out; all remain where none can be. */
export function amongTypes(probabilities: Float32Array, can: readonly boolean[]): Float32Array {
  if (!can.includes(true)) return probabilities;
  const logits = probabilities.map((p, i) => can[i % can.length] ? Math.log(p + 1e-30) : -Infinity);
  return softmaxRows(logits, can.length);
}
