import { type CellSource, requireObsColumn } from "../data/mod.ts";
import type { CellType } from "../ontology/mod.ts";
import { dataError } from "../runtime/mod.ts";
import type { Calls } from "./types.ts";

/** One name for a cluster of cells. */
export interface ClusterCall {
  readonly cluster: string;
  readonly cells: number;
  readonly type: CellType;
  /** Mean probability of `type` over the cells of the cluster. */
  readonly probability: number;
  /** Share of the cells whose own best type is `type`. */
  readonly agreement: number;
  /** The next best type and its mean probability; null if there is only one type. */
  readonly runnerUp: { readonly type: CellType; readonly probability: number } | null;
  /** True if the runner-up has at least half of the winner's probability. */
  readonly mixed: boolean;
}

/** The clusters of a file with a name each. */
export interface ClusterCalls {
  /** The obs column that the clusters come from. */
  readonly key: string;
  /** Largest cluster first. */
  readonly calls: readonly ClusterCall[];
  /** For each cell its place in `calls`; -1 for a cell in no cluster. */
  readonly of: Int32Array;
}

const MIXED = 0.5;

/**
 * Reads the cluster of each cell from an obs column; null where a cell has none.
 *
 * @throws {KcellfmError} tag "data", when there is no such column or it has no value.
 */
export function readClusters(source: CellSource, key: string): (string | null)[] {
  requireObsColumn(source, key, "Cannot name clusters");
  const clusters = source.obs.values(key).map((value) =>
    value == null || value === "" ? null : String(value)
  );
  if (clusters.some((cluster) => cluster !== null)) return clusters;
  throw dataError(`Cannot name clusters: no cell of ${source.name} has a value in obs "${key}"`);
}

/** Names each cluster by the type of the largest summed probability over its cells. */
export function callClusters(key: string, clusters: readonly (string | null)[], calls: Calls): ClusterCalls {
  const groups = [...Map.groupBy(clusters.keys(), (row) => clusters[row])]
    .flatMap(([cluster, rows]) => cluster === null ? [] : [{ cluster, rows }])
    .sort((a, b) => b.rows.length - a.rows.length || (a.cluster < b.cluster ? -1 : 1));
  const of = new Int32Array(clusters.length).fill(-1);
  groups.forEach(({ rows }, place) => rows.forEach((row) => of[row] = place));
  return { key, calls: groups.map((group) => callCluster(group, calls)), of };
}

function callCluster(
  { cluster, rows }: { cluster: string; rows: readonly number[] },
  { types, best, probabilities }: Calls,
): ClusterCall {
  const mean = new Float64Array(types.length);
  for (const row of rows) {
    for (let type = 0; type < types.length; type++) {
      mean[type] += probabilities[row * types.length + type] / rows.length;
    }
  }
  const [first, second] = [...mean.keys()].sort((a, b) => mean[b] - mean[a] || a - b);
  return {
    cluster,
    cells: rows.length,
    type: types[first],
    probability: mean[first],
    agreement: rows.filter((row) => best[row] === first).length / rows.length,
    runnerUp: second === undefined ? null : { type: types[second], probability: mean[second] },
    mixed: second !== undefined && mean[second] >= MIXED * mean[first],
  };
}
