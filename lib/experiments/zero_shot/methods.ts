import type { PooledModel } from "../../baselines/mod.ts";
import { type CellModel, embedCells, readBlocks, readProfiles } from "../../cell/mod.ts";
import {
  type MarkerEvidence,
  markerEvidence,
  TRUST,
  weighEvidence,
  type ZeroShotTrust,
} from "../../annotate/mod.ts";
import type { Ontology, TermMarkers } from "../../ontology/mod.ts";
import { argmax, type Table } from "../../matrix/mod.ts";
import type { RivalName } from "./rivals.ts";
import type { ZeroShotSet } from "./sets.ts";

/** Everything that is measured of a set, once for all methods. */
export interface Evidence {
  readonly set: ZeroShotSet;
  readonly types: readonly { readonly id: string; readonly name: string }[];
  readonly embeddings: Table;
  readonly markers: MarkerEvidence;
  /** Scores before the softmax by model, `[cells, types]`. */
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
  return {
    set,
    types: classes.map((id) => ({ id, name: ontology.terms.get(id)?.name ?? id })),
    embeddings: { data, rows, cols: config.width },
    markers: markerEvidence(set.cells, { types: classes, markers: termMarkers, vocabulary }),
    scores: { kcellfm: scores, ...scoreRivals(set, model, rivals) },
  };
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

/** Which helps a method has. */
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
