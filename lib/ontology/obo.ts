import { fileError } from "../runtime/mod.ts";
import { createOntology, createTerm } from "./create.ts";
import { atLine, readStanzas, type Stanza } from "./obo_stanza.ts";
import { idValues, OboProblem, plainValue, quotedValue, synonymValue } from "./obo_value.ts";
import type { Ontology, Synonym, Term } from "./types.ts";

type IdList =
  | "isA"
  | "developsFrom"
  | "developsInto"
  | "partOf"
  | "synapsedTo"
  | "disjointFrom"
  | "altIds"
  | "replacedBy";

/** A term while its lines are read. */
interface Draft {
  id: string;
  name: string;
  definition?: string;
  obsolete: boolean;
  readonly synonyms: Synonym[];
  readonly ids: Record<IdList, string[]>;
}

/** Relations we keep, by id and by the short names of older releases; "directly develops from" implies its parent. */
const RELATIONS: Readonly<Record<string, IdList>> = {
  "BFO:0000050": "partOf",
  "RO:0002120": "synapsedTo",
  "RO:0002202": "developsFrom",
  "RO:0002203": "developsInto",
  "RO:0002207": "developsFrom",
  "RO:0002210": "developsInto",
  part_of: "partOf",
  synapsed_to: "synapsedTo",
  develops_from: "developsFrom",
  develops_into: "developsInto",
  directly_develops_from: "developsFrom",
  directly_develops_into: "developsInto",
};

/** Adds the value of each tag to a term; tags without an entry carry nothing that we use. */
const TAGS: Readonly<Record<string, (draft: Draft, value: string) => void>> = {
  id: (draft, value) => draft.id = onlyOnce(draft.id, idValues(value, 1)[0]),
  name: (draft, value) => draft.name = onlyOnce(draft.name, plainValue(value)),
  def: (draft, value) => draft.definition = quotedValue(value).text,
  synonym: (draft, value) => draft.synonyms.push(synonymValue(value)),
  is_obsolete: (draft, value) => draft.obsolete = plainValue(value) === "true",
  is_a: (draft, value) => draft.ids.isA.push(...idValues(value, 1)),
  disjoint_from: (draft, value) => draft.ids.disjointFrom.push(...idValues(value, 1)),
  alt_id: (draft, value) => draft.ids.altIds.push(...idValues(value, 1)),
  replaced_by: (draft, value) => draft.ids.replacedBy.push(...idValues(value, 1)),
  relationship: addRelation,
  intersection_of: (draft, value) =>
    plainValue(value).includes(" ") ? addRelation(draft, value) : draft.ids.isA.push(...idValues(value, 1)),
};

function onlyOnce(before: string, value: string): string {
  if (before !== "") throw new OboProblem(`expected one value, found "${before}" and "${value}"`);
  return value;
}

function addRelation(draft: Draft, value: string): void {
  const [relation, target] = idValues(value, 2);
  const list = RELATIONS[relation];
  if (list !== undefined) draft.ids[list].push(target);
}

/**
 * Reads an OBO text into a graph of its Cell Ontology terms; terms of imported ontologies are dropped, but their
 * ids stay in `partOf`. An intersection_of counts as what it implies: its genus as is_a, its differentia as relations.
 *
 * @throws {KcellfmError} tag "file": a malformed line, named by its number; tag "data": a missing parent, a cycle.
 * Source: OBO flat file format 1.4.
 */
export function parseObo(text: string, { source = "the OBO text" }: { source?: string } = {}): Ontology {
  const [header, ...stanzas] = readStanzas(text, source);
  const terms = new Map<string, Term>();
  for (const stanza of stanzas) {
    if (stanza.kind !== "Term") continue;
    const term = readTerm(stanza, source);
    if (terms.has(term.id)) {
      throw fileError(`Cannot read ${source}: line ${stanza.line}: ${term.id} comes twice`);
    }
    if (term.id.startsWith("CL:")) terms.set(term.id, term);
  }
  if (terms.size === 0) {
    throw fileError(
      `Cannot read ${source}: expected [Term] stanzas with CL: ids, found none; is it an OBO file?`,
    );
  }
  return createOntology(terms.values(), { version: releaseOf(header), source });
}

/** The date in `data-version: cl/releases/2026-03-26/cl.owl`. */
function releaseOf(header: Stanza): string {
  const version = header.tags.find((tag) => tag.name === "data-version")?.value;
  return version?.match(/\d{4}-\d{2}-\d{2}/)?.[0] ?? version ?? "unknown";
}

function readTerm(stanza: Stanza, source: string): Term {
  const draft = emptyDraft();
  for (const tag of stanza.tags) atLine({ source, line: tag.line }, () => TAGS[tag.name]?.(draft, tag.value));
  atLine({ source, line: stanza.line }, () => requireFields(draft));
  const { ids, ...fields } = draft;
  const isA = ids.isA.filter((id) => id.startsWith("CL:"));
  return createTerm({ ...fields, ...ids, isA });
}

const emptyDraft = (): Draft => ({
  id: "",
  name: "",
  obsolete: false,
  synonyms: [],
  ids: {
    isA: [],
    developsFrom: [],
    developsInto: [],
    partOf: [],
    synapsedTo: [],
    disjointFrom: [],
    altIds: [],
    replacedBy: [],
  },
});

function requireFields({ id, name }: Draft): void {
  if (id === "") throw new OboProblem("this [Term] has no id");
  if (name === "" && id.startsWith("CL:")) {
    throw new OboProblem(`this [Term], ${id}, has no name; is the file cut off?`);
  }
}
