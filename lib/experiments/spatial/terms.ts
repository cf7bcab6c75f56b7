import { findDataset } from "../../data/fetch/mod.ts";
import { intestineTypes } from "../../simulate/mod.ts";
import { readTsv } from "../../data/mod.ts";

/** Cell Ontology ids of the types of the gut, as the original's sets and their twins name them. */
export const intestineTerms = (): Map<string, string> =>
  new Map(intestineTypes().map(({ name, id }) => [name, id]));

/**
 * Cell Ontology ids of a registered set's labels, from the table of author labels if it is available; a label may be the
 * authors' own or the name of its term. Other files have none, for the same word means different cells elsewhere.
 */
export async function labelTerms(set: string): Promise<Map<string, string>> {
  const path = await findDataset("label_to_cl");
  const rows = path === null
    ? []
    : readTsv(path).filter(([dataset, , id]) => dataset === set && id?.startsWith("CL:"));
  return new Map(rows.flatMap(([, label, id, name]) => [[name, id], [label, id]] as [string, string][]));
}
