import { findDataset } from "../../data/mod.ts";
import { intestineTypes } from "../../data/simulate/intestine.ts";
import { readTsv } from "../../data/text_file.ts";

/**
 * Cell Ontology ids of the labels that have one: those of the intestine are embedded, others come from the table of author
 * labels where it is at hand. A label that two sets of the table mean differently has none.
 */
export async function labelTerms(labels: readonly (string | null)[]): Promise<Map<string, string>> {
  const found = new Map(intestineTypes().map(({ name, id }) => [name, id]));
  const path = await findDataset("label_to_cl");
  const rows = path === null ? [] : readTsv(path).slice(1);
  for (const [label, of] of Map.groupBy(rows, ([, label]) => label)) {
    const ids = new Set(of.map(([, , id]) => id).filter((id) => id.startsWith("CL:")));
    if (ids.size === 1 && !found.has(label)) found.set(label, [...ids][0]);
  }
  const used = new Set(labels);
  return new Map([...found].filter(([label]) => used.has(label)));
}
