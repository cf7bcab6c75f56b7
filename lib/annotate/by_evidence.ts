import type { EmbeddedFile, Embedder } from "../cell/mod.ts";
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

/** By the model's classes with what helps them, or by text where it has none. */
export async function callWithoutReference(
  cells: ModelCells,
  embeddings: EmbeddedFile,
  { embedder, ontology, helps = HELPS }: { embedder: Embedder; ontology: Ontology; helps?: Helps },
): Promise<{ calls: Calls; namedBy: string[] }> {
  const { classes, vocabulary } = embedder;
  if (!classes || !embeddings.scores) return { calls: callByText(embedder, embeddings), namedBy: ["text"] };
  const named = new Map(embedder.types.ids.map((id, i) => [id, embedder.types.names[i]]));
  const types = classes.map((id) => ({ id, name: ontology.terms.get(id)?.name ?? named.get(id) ?? id }));
  const markers = helps.markers
    ? markerEvidence(cells, { types: classes, markers: await readTermMarkers(), vocabulary })
    : null;
  const calls = callByEvidence({
    types,
    scores: embeddings.scores,
    embeddings: helps.neighbours ? embeddings : null,
    markers,
  }, ontology);
  const used = [helps.markers && "markers", helps.neighbours && "neighbours"].filter((it) => it !== false);
  return { calls, namedBy: ["classes", ...used] };
}
