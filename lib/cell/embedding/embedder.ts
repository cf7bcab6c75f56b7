import { type CellEmbeddings, type CellModel, embedCells } from "../model.ts";
import { selectTypes } from "../naming.ts";
import type { Workers } from "../../train/mod.ts";
import type { GeneVocabulary, ModelCells } from "../../genes/mod.ts";
import { embedCellsShared } from "./parallel.ts";
import type { Table } from "../../matrix/mod.ts";
import type { TypeVectors } from "../../text/mod.ts";

/** The part of a cell model that annotation needs; tests give a fake one. */
export interface Embedder {
  readonly preset: string;
  readonly hash: string;
  readonly width: number;
  readonly vocabulary: GeneVocabulary;
  /** The types that can be called by their ontology text; vectors of `width`, each of length one. */
  readonly types: TypeVectors;
  /** Sets that the model was trained on, by their names in the registry; default: it is not known. */
  readonly studies?: readonly string[];
  /** Hashes of the cells that it was trained on; default: they are not known. */
  readonly seenCells?: Uint32Array;
  /** Ids of the classes that it scores; without them cells are named by text. */
  readonly classes?: readonly string[];
  /** Divides cosines before the softmax over `types`; fitted when the checkpoint was made. */
  readonly temperature: number;
  embed(cells: ModelCells, options: { signal?: AbortSignal }): AsyncIterable<CellEmbeddings>;
}

/** Types that can be called by text: those the model was trained on, or all that have a vector. */
export type Candidates = "trained" | "all";

/** A loaded checkpoint as an embedder; with `workers` (of {@linkcode startEmbedWorkers}) they share the cells. */
export function modelEmbedder(
  model: CellModel,
  { candidates = "trained", workers = null }: { candidates?: Candidates; workers?: Workers | null } = {},
): Embedder {
  const trained = selectTypes(model.types, model.classes);
  const all = candidates === "all" || trained.ids.length === 0; // the original's file does not name its classes
  return {
    preset: model.config.preset,
    hash: model.hash,
    width: model.config.width,
    studies: model.studies,
    seenCells: model.seenCells,
    vocabulary: model.vocabulary,
    types: all ? model.types : trained,
    classes: all || !model.config.profile ? undefined : model.classes,
    temperature: model.temperature,
    embed: (cells, options) =>
      workers ? embedCellsShared(model, cells, { workers, ...options }) : embedCells(model, cells, options),
  };
}

/** Embeddings of all cells of a file. */
export interface EmbeddedFile extends Table {
  /** Known genes of each cell that have a value. */
  readonly genes: Int32Array;
  /** Scores of the embedder's classes before the softmax, `[cells, classes]`; undefined where it has none. */
  readonly scores?: Float32Array;
}

/** Embeds every cell of a file: `[cells, width]`. The number of workers changes no bit, nor does that of threads. */
export async function embedAll(
  embedder: Embedder,
  cells: ModelCells,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number) => void } = {},
): Promise<EmbeddedFile> {
  const rows = cells.source.nObs;
  const data = new Float32Array(rows * embedder.width);
  const genes = new Int32Array(rows);
  const classes = embedder.classes?.length ?? 0;
  const scores = classes > 0 ? new Float32Array(rows * classes) : undefined;
  for await (const batch of embedder.embed(cells, { signal })) {
    data.set(batch.data, batch.start * embedder.width);
    genes.set(batch.genes, batch.start);
    if (scores && batch.scores) scores.set(batch.scores, batch.start * classes);
    onProgress?.(batch.start + batch.rows);
  }
  return { data, rows, cols: embedder.width, genes, scores };
}
