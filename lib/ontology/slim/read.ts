import { join, readText, ROOT } from "../../runtime/mod.ts";
import { createOntology } from "../create.ts";
import { parseSlimTable } from "./table.ts";
import type { Ontology } from "../types.ts";

/** Path of the embedded table. */
export const SLIM_PATH = join(ROOT, "lib/ontology/slim/terms.tsv");

/** The embedded ontology: a few hundred terms over all major branches, with marker genes. */
export function readSlimTable(): Ontology {
  const { version, terms } = parseSlimTable(readText(SLIM_PATH), "slim/terms.tsv");
  return createOntology(terms, { version, source: "embedded slim table" });
}
