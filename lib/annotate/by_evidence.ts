import type { EmbeddedFile, Embedder } from "../cell/mod.ts";
import type { TypeVectors } from "../text/mod.ts";
import { takeRows } from "../matrix/mod.ts";
import { type Among, placesAmong, scoresAt } from "./among.ts";
import type { ModelCells } from "../genes/mod.ts";
import { type Ontology, readTermMarkers } from "../ontology/mod.ts";
import { bestOf, callByText } from "./by_text.ts";
import { markerEvidence } from "./marker_evidence.ts";
import type { Calls } from "./types.ts";
import { weighEvidence, type ZeroShotEvidence } from "./zero_shot.ts";
import { zeroShotNovelty } from "./zero_shot_novelty.ts";

/** The calls of {@linkcode weighEvidence}, with how novel each cell is. */
export function callByEvidence(evidence: ZeroShotEvidence, ontology: Ontology): Calls {
  const { types } = evidence;
  const found = weighEvidence(evidence);
  return {
    types,
    ...bestOf(found.probabilities, types.length),
    probabilities: found.probabilities,
    novelty: zeroShotNovelty(evidence, found, ontology),
  };
}

/** The evidence used beside the model's classes when there is no reference. */
export interface Helps {
  /** Marker genes of the types. */
  readonly markers: boolean;
  /** A cell's neighbours in the file, over which answers are averaged. */
  readonly neighbours: boolean;
}

const HELPS: Helps = { markers: true, neighbours: true };

/** Everything that naming without a reference depends on beside the cells. */
interface Naming {
  readonly embedder: Embedder;
  readonly ontology: Ontology;
  readonly helps?: Helps;
  readonly among?: Among;
}

/** By the model's classes with what helps them, or by text where it has none. */
export async function callWithoutReference(
  cells: ModelCells,
  embeddings: EmbeddedFile,
  { embedder, ontology, helps = HELPS, among = {} }: Naming,
): Promise<{ calls: Calls; namedBy: string[] }> {
  const { classes: all, vocabulary } = embedder;
  if (!all || !embeddings.scores) {
    const types = typesAmong(embedder.types, among, ontology);
    return { calls: callByText({ ...embedder, types }, embeddings), namedBy: ["text"] };
  }
  const places = placesAmong(all, among, ontology);
  const classes = places.map((place) => all[place]);
  const named = new Map(embedder.types.ids.map((id, i) => [id, embedder.types.names[i]]));
  const types = classes.map((id) => ({ id, name: ontology.terms.get(id)?.name ?? named.get(id) ?? id }));
  const markers = helps.markers
    ? markerEvidence(cells, { types: classes, markers: await readTermMarkers(), vocabulary })
    : null;
  const calls = callByEvidence({
    types,
    scores: scoresAt(embeddings.scores, all.length, places),
    embeddings: helps.neighbours ? embeddings : null,
    markers,
  }, ontology);
  const used = [helps.markers && "markers", helps.neighbours && "neighbours"].filter((it) => it !== false);
  return { calls, namedBy: ["classes", ...used] };
}

function typesAmong(types: TypeVectors, among: Among, ontology: Ontology): TypeVectors {
  const places = placesAmong(types.ids, among, ontology);
  const [ids, names] = [types.ids, types.names].map((all) => places.map((place) => all[place]));
  return { ids, names, ...takeRows(types, places) };
}
