import { dataError } from "../../runtime/mod.ts";
import { createTerm } from "../create.ts";
import type { Term } from "../types.ts";

/** The columns of the table, in order; lists within a cell are split by "|". */
const COLUMNS = ["id", "name", "is_a", "develops_from", "exact_synonyms", "markers"] as const;

/** A slim table: the release its facts were taken from, and its terms. */
export interface SlimTable {
  readonly version: string;
  readonly terms: Term[];
}

const list = (cell: string): string[] => cell === "" ? [] : cell.split("|");

/**
 * Reads a slim table: "# key: value" comments, a line of column names, then one term a line.
 *
 * @throws {KcellfmError} tag "data", for a line with another number of columns.
 */
export function parseSlimTable(text: string, source: string): SlimTable {
  const lines = text.split("\n").map((line, i) => ({ line, number: i + 1 }));
  const rows = lines.filter(({ line }) => line !== "" && !line.startsWith("#")).slice(1);
  return {
    version: /^# release: (.+)$/m.exec(text)?.[1] ?? "unknown",
    terms: rows.map(({ line, number }) => readRow(line, `${source}: line ${number}`)),
  };
}

function readRow(line: string, where: string): Term {
  const cells = line.split("\t");
  if (cells.length !== COLUMNS.length) {
    throw dataError(
      `Cannot read ${where}: expected ${COLUMNS.length} columns (${
        COLUMNS.join(", ")
      }), found ${cells.length}`,
    );
  }
  const [id, name, isA, developsFrom, synonyms, markers] = cells;
  return createTerm({
    id,
    name,
    synonyms: list(synonyms).map((text) => ({ text, scope: "exact", abbreviation: false })),
    isA: list(isA),
    developsFrom: list(developsFrom),
    markers: list(markers),
  });
}

/** The text of a slim table, terms by id: what {@linkcode parseSlimTable} reads. */
export function formatSlimTable({ version, terms }: SlimTable): string {
  const head = [
    "# A slim Cell Ontology: ids, names, is_a, develops_from and exact synonyms of some of its terms.",
    "# These facts: the Cell Ontology (https://obofoundry.org/ontology/cl.html), CC BY 4.0. Choice of terms and marker genes: this repository.",
    "# To add a term, write a line with its id and markers, leave the other columns empty and run refresh.ts on a release.",
    `# release: ${version}`,
    COLUMNS.join("\t"),
  ];
  const rows = terms.toSorted((a, b) => a.id < b.id ? -1 : 1).map((term) =>
    [
      term.id,
      term.name,
      term.isA.join("|"),
      term.developsFrom.join("|"),
      term.synonyms.map((synonym) => synonym.text).join("|"),
      (term.markers ?? []).join("|"),
    ].join("\t")
  );
  return [...head, ...rows, ""].join("\n");
}
