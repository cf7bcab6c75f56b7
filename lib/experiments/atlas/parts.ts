import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import Papa from "papaparse";
import { z } from "zod";
import { dataError, fileError, messageOf, writeFileAtomically } from "../../runtime/mod.ts";
import type { CellLabels, Ontology } from "../../ontology/mod.ts";
import type { NamedBlock, Namer } from "./namer.ts";
import { addToTally, emptyTally, subtypeRule, type Tally } from "./tally.ts";

/** The row written for each cell; the columns of a part file, in their order. */
const rowSchema = z.object({
  cell: z.string(),
  kcellfm_cell_type: z.string(),
  kcellfm_cl_id: z.string(),
  kcellfm_confidence: z.string(),
  kcellfm_novelty: z.string(),
  /** Id of the file's own label, "" where it has none. */
  true_cl_id: z.string(),
});
export type PartRow = z.infer<typeof rowSchema>;

const COLUMNS = Object.keys(rowSchema.shape) as (keyof PartRow)[];

/** The rows of one block of cells. */
export function partRows(
  { best, confidence, novelty }: NamedBlock,
  { types }: Namer,
  { names, labels }: { names: readonly string[]; labels: CellLabels | null },
): PartRow[] {
  return names.map((cell, i) => ({
    cell,
    kcellfm_cell_type: types[best[i]].name,
    kcellfm_cl_id: types[best[i]].id,
    kcellfm_confidence: confidence[i].toFixed(4),
    kcellfm_novelty: novelty[i].toFixed(4),
    true_cl_id: labels?.[i]?.id ?? "",
  }));
}

/** Writes the names of a shard's cells as `.tsv.gz`, whole or not at all; the same rows give the same bytes. */
export async function writePart(path: string, rows: readonly PartRow[]): Promise<void> {
  const table = { fields: [...COLUMNS], data: rows.map((row) => COLUMNS.map((name) => row[name])) };
  const text = Papa.unparse(table, { delimiter: "\t", newline: "\n" }) + "\n";
  await writeFileAtomically(path, await promisify(gzip)(text, { level: 6 }));
}

/**
 * Reads a part file back.
 *
 * @throws {KcellfmError} tag "file" when it cannot be read, "data" when it has other columns.
 */
export async function readPart(path: string): Promise<PartRow[]> {
  const { data } = Papa.parse(await readGzip(path), { delimiter: "\t", header: true, skipEmptyLines: true });
  const checked = z.array(rowSchema).safeParse(data);
  if (checked.success) return checked.data;
  throw dataError(`Cannot read ${path}: expected the columns ${COLUMNS.join(", ")}; delete it and run again`);
}

async function readGzip(path: string): Promise<string> {
  try {
    const bytes: Uint8Array = await promisify(gunzip)(await Deno.readFile(path));
    return new TextDecoder().decode(bytes);
  } catch (error) {
    throw fileError(`Cannot read ${path}: ${messageOf(error)}; delete it and run again`, error);
  }
}

/** Holds the names in part files against the labels beside them, one file at a time; cells without a label take no part. */
export async function scoreParts(paths: readonly string[], ontology: Ontology): Promise<Tally> {
  const [tally, rule] = [emptyTally(), subtypeRule(ontology)];
  for (const path of paths) {
    for (const row of await readPart(path)) {
      if (row.true_cl_id === "") continue;
      const confidence = Number(row.kcellfm_confidence);
      addToTally(tally, { truth: row.true_cl_id, called: row.kcellfm_cl_id, confidence }, rule);
    }
  }
  return tally;
}
