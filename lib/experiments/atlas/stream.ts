import type { CellSource } from "../../data/mod.ts";
import type { ModelCells } from "../../genes/mod.ts";
import { type CellLabels, labelsIfAny, type Ontology } from "../../ontology/mod.ts";
import { makeFolder, peakMemoryMb } from "../../runtime/mod.ts";
import type { Embedder } from "../../cell/mod.ts";
import { blankCells, expectationOf, LEAST_GENES, readCells, withoutBlank } from "../../annotate/mod.ts";
import type { Namer } from "./namer.ts";
import { type PartRow, partRows, writePart } from "./parts.ts";
import type { ShardFile } from "./sets.ts";
import { type AtlasState, isDone, noteShard, partPath, readState, type ShardFacts } from "./state.ts";

/** Inputs for annotating an atlas beside its shards. */
export interface AtlasContext {
  readonly embedder: Embedder;
  readonly namer: Namer;
  readonly ontology: Ontology;
  /** Folder of the answers: one `.tsv.gz` a shard and `state.json`. */
  readonly folder: string;
  /** The obs column that holds true types, kept beside the names where a shard has it; default "cell_type". */
  readonly truthKey?: string;
  readonly onProgress?: (progress: AtlasProgress) => void;
  readonly signal?: AbortSignal;
}

/** Progress of a run. */
export interface AtlasProgress {
  readonly shard: string;
  /** Cells that this run has named so far; those of an earlier run are not counted. */
  readonly cells: number;
  /** Seconds since this run began. */
  readonly seconds: number;
  /** Share of the shards' bytes that is done, by any run; and by this one. */
  readonly share: number;
  readonly ownShare: number;
}

/**
 * Names all cells of an atlas, shard by shard, some hundred cells at a time, so that memory does not grow with the atlas: the
 * largest thing held is the answers of one shard. A shard's answers appear whole, then the shard is noted as done; a run
 * that was killed at any moment continues after the last one noted and ends with the same files.
 *
 * @returns what was seen of every shard, those of earlier runs included
 * @throws {KcellfmError} when a shard cannot be used or the folder holds the names of another model.
 */
export async function annotateShards(
  shards: readonly ShardFile[],
  context: AtlasContext,
): Promise<AtlasState> {
  const { folder, embedder, namer, ontology } = context;
  await makeFolder(folder);
  const madeBy = { model: embedder.hash, by: namer.by, ontology: `${ontology.source} ${ontology.version}` };
  let state = await readState(folder, madeBy);
  const [started, total] = [performance.now(), sumBytes(shards)];
  let [before, own, cells] = [0, 0, 0];
  for (const shard of shards) {
    if (isDone(folder, state, shard)) {
      before += shard.bytes;
      continue;
    }
    const facts = await annotateShard(shard, context, (done, of) => {
      const bytes = own + shard.bytes * done / of;
      const seconds = (performance.now() - started) / 1000;
      const shares = { share: (before + bytes) / total, ownShare: bytes / total };
      context.onProgress?.({ shard: shard.name, cells: cells + done, seconds, ...shares });
    });
    own += shard.bytes;
    cells += facts.cells;
    state = await noteShard(folder, state, { ...facts, name: shard.name, bytes: shard.bytes });
  }
  return state;
}

const sumBytes = (shards: readonly ShardFile[]): number => shards.reduce((sum, { bytes }) => sum + bytes, 0);

async function annotateShard(
  shard: ShardFile,
  context: AtlasContext,
  onCells: (done: number, of: number) => void,
): Promise<ShardFacts> {
  const { embedder, namer, folder, signal } = context;
  const [started, clock] = [performance.now(), createClock()];
  const file = await clock.timeAsync(() => readCells(shard.path, {}, embedder.vocabulary));
  try {
    const { cells, report } = file;
    const labels = labelsOf(cells.source, context);
    const rows: PartRow[] = [];
    expectationOf(report);
    for await (
      const { start, genes, scores, ...vectors } of embedder.embed(timed(cells, clock), { signal })
    ) {
      const end = start + vectors.rows;
      const names = cells.source.obsNames.slice(start, end);
      const foreign = file.foreignCells?.subarray(start, end) ?? null;
      const blank = blankCells(genes, { least: LEAST_GENES, foreign });
      rows.push(
        ...partRows(withoutBlank(namer.name(vectors, scores), blank, namer.types.length), namer, {
          names,
          labels: labels?.slice(start, end) ?? null,
        }),
      );
      onCells(end, report.cells);
    }
    await writePart(partPath(folder, shard.name), rows);
    return {
      cells: report.cells,
      labelled: rows.filter(({ true_cl_id }) => true_cl_id !== "").length,
      genes: report.overlap.known,
      real: report.real,
      seconds: (performance.now() - started) / 1000,
      reading_seconds: clock.seconds(),
      rss_mb: Math.round(Deno.memoryUsage().rss / 1e6),
      peak_mb: peakMemoryMb(),
    };
  } finally {
    file.cells.source.close();
  }
}

function labelsOf(source: CellSource, { truthKey = "cell_type", ontology }: AtlasContext): CellLabels | null {
  return labelsIfAny(source, truthKey, ontology)?.labels ?? null;
}

/** Adds up the time that calls take. */
function createClock() {
  let total = 0;
  const addSince = (started: number) => void (total += performance.now() - started);
  return {
    time<T>(call: () => T): T {
      const started = performance.now();
      try {
        return call();
      } finally {
        addSince(started);
      }
    },
    async timeAsync<T>(call: () => Promise<T>): Promise<T> {
      const started = performance.now();
      return await call().finally(() => addSince(started));
    },
    seconds: () => total / 1000,
  };
}

/** The same cells, the reading of whose rows is timed. */
function timed(cells: ModelCells, clock: ReturnType<typeof createClock>): ModelCells {
  const { source } = cells;
  return { ...cells, source: { ...source, rows: (start, end) => clock.time(() => source.rows(start, end)) } };
}
