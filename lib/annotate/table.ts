import Papa from "papaparse";
import { extname, writeFileAtomically } from "../runtime/mod.ts";
import type { Annotation } from "./annotate.ts";
import type { ClusterCalls } from "./clusters.ts";

/**
 * The obs columns of every answer: the best type of each cell whatever its confidence (`kcellfm_cell_type`, its id
 * `kcellfm_cl_id`, its probability `kcellfm_confidence`), how little it resembles any (`kcellfm_novelty`), and the
 * deepest term that is sure enough, or "unknown" (`kcellfm_confident_type`, `kcellfm_confident_cl_id`). With clusters also
 * the name of the cell's cluster (`kcellfm_cluster_type`, `kcellfm_cluster_cl_id`).
 */
export function obsColumns({ calls, rolled, clusters }: Annotation) {
  const types = Array.from(calls.best, (type) => calls.types[type]);
  const sure = Array.from(rolled.place, (place) => rolled.types[place]);
  return {
    kcellfm_cell_type: types.map(({ name }) => name),
    kcellfm_cl_id: types.map(({ id }) => id),
    kcellfm_confidence: calls.confidence,
    kcellfm_novelty: calls.novelty,
    kcellfm_confident_type: sure.map(({ name }) => name),
    kcellfm_confident_cl_id: sure.map(({ id }) => id),
    ...(clusters ? clusterColumns(clusters) : {}),
  };
}

/** The name of each cell's cluster; empty for a cell in no cluster. */
function clusterColumns({ calls, of }: ClusterCalls) {
  const types = Array.from(of, (place) => place < 0 ? null : calls[place].type);
  return {
    kcellfm_cluster_type: types.map((type) => type?.name ?? ""),
    kcellfm_cluster_cl_id: types.map((type) => type?.id ?? ""),
  };
}

/**
 * Writes the obs columns as a table, `cell` first and the release of the ontology last, by commas or, where the name ends in
 * `.tsv`, tabs. The file is whole or not there.
 */
export async function writeTable(annotation: Annotation, path: string): Promise<void> {
  const columns = Object.entries(obsColumns(annotation));
  const table = {
    fields: ["cell", ...columns.map(([name]) => name), "kcellfm_ontology"],
    data: annotation.obsNames.map((name, row) => [
      name,
      ...columns.map(([, values]) =>
        typeof values[row] === "number" ? float32Text(values[row]) : values[row]
      ),
      annotation.ontology,
    ]),
  };
  const delimiter = extname(path).toLowerCase() === ".tsv" ? "\t" : ",";
  await writeFileAtomically(path, Papa.unparse(table, { delimiter, newline: "\n" }) + "\n");
}

/** The shortest decimal that reads back as the same float32: 0.3, not 0.30000001192092896. */
export function float32Text(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
