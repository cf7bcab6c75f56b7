import Papa from "papaparse";
import { findTerm, type FoundTerm } from "./find.ts";
import type { LabelKind, Ontology } from "./types.ts";

/** A free-text label, how many cells have it, and the term that it means. */
export interface MappedLabel {
  readonly label: string;
  readonly cells: number;
  /** Null where the ontology does not know the label, or where several terms share it. */
  readonly found: FoundTerm | null;
}

/** Labels of cells with the terms they mean, the commonest first. */
export function mapLabels(texts: Iterable<string>, ontology: Ontology): MappedLabel[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts]
    .map(([label, cells]) => ({ label, cells, found: findTerm(ontology, label) }))
    .sort((a, b) => b.cells - a.cells || (a.label < b.label ? -1 : 1));
}

/** Kinds of match after which label and term mean the same; abbreviations and common labels can mean something else elsewhere. */
const EXACT: readonly LabelKind[] = ["id", "alt_id", "name", "exact synonym"];

const COLUMNS = [
  "subject_label",
  "subject_type",
  "predicate_id",
  "object_id",
  "object_label",
  "object_source_version",
  "mapping_justification",
  "mapping_tool",
  "comment",
];

/**
 * Labels as an SSSOM table (Matentzoglu et al. 2022, doi:10.1093/database/baac035): metadata as comments, then a row a label;
 * `sssom:NoTermFound` for those that the ontology does not know.
 *
 * @param source what has the labels, for the name of the set
 */
export function sssomTable(
  labels: readonly MappedLabel[],
  { source, version }: { source: string; version: string },
): string {
  const header = [
    "curie_map:",
    "  CL: http://purl.obolibrary.org/obo/CL_",
    "  semapv: https://w3id.org/semapv/vocab/",
    "  skos: http://www.w3.org/2004/02/skos/core#",
    "  sssom: https://w3id.org/sssom/",
    `mapping_set_id: urn:kcellfm:map-labels:${encodeURIComponent(source)}`,
    "license: https://w3id.org/sssom/license/unspecified",
  ].map((line) => `#${line}`);
  const table = { fields: COLUMNS, data: labels.map((label) => rowOf(label, version)) };
  return `${header.join("\n")}\n${Papa.unparse(table, { delimiter: "\t", newline: "\n" })}\n`;
}

function rowOf({ label, cells, found }: MappedLabel, version: string): string[] {
  const predicate = !found || EXACT.includes(found.how) ? "skos:exactMatch" : "skos:closeMatch";
  const how = found ? `by ${found.how}${found.replaced ? `, replaces ${found.replaced.id}` : ""}` : "no term";
  return [
    label,
    "rdfs literal",
    predicate,
    found?.term.id ?? "sssom:NoTermFound",
    found?.term.name ?? "",
    version,
    "semapv:LexicalMatching",
    "kcellfm",
    `${cells} cells; ${how}`,
  ];
}
