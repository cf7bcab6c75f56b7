import { dataError } from "../runtime/mod.ts";
import { indexLabels } from "./labels.ts";
import type { Ontology, Term } from "./types.ts";

/** The source that a set of terms was read from. */
export interface OntologyOrigin {
  readonly version: string;
  readonly source: string;
}

/**
 * Joins terms to a graph: relations to alternative ids are redirected, is_a edges indexed downwards, labels folded.
 *
 * @throws {KcellfmError} tag "data", when is_a names a term that is not there, or has a cycle.
 */
export function createOntology(terms: Iterable<Term>, { version, source }: OntologyOrigin): Ontology {
  const listed = [...terms];
  const known = new Set(listed.map((term) => term.id));
  const current = currentIds(listed);
  const linked = new Map(listed.map((term) => [term.id, linkTerm(term, known, current)]));
  checkParents(linked, source);
  checkAcyclic(linked, source);
  return { version, source, terms: linked, children: indexChildren(linked), labels: indexLabels(linked) };
}

/** A live term with no relations but the ones given. */
export function createTerm(fields: Pick<Term, "id" | "name"> & Partial<Term>): Term {
  return {
    synonyms: [],
    isA: [],
    developsFrom: [],
    developsInto: [],
    partOf: [],
    synapsedTo: [],
    disjointFrom: [],
    altIds: [],
    obsolete: false,
    replacedBy: [],
    ...fields,
  };
}

/** Alternative id -> the id of the term it was merged into. */
function currentIds(terms: readonly Term[]): Map<string, string> {
  return new Map(terms.flatMap((term) => term.altIds.map((alt) => [alt, term.id] as const)));
}

function linkTerm(term: Term, known: ReadonlySet<string>, current: ReadonlyMap<string, string>): Term {
  const redirect = (
    ids: readonly string[],
  ) => [...new Set(ids.map((id) => known.has(id) ? id : current.get(id) ?? id))];
  const inside = (ids: readonly string[]) => redirect(ids).filter((id) => known.has(id));
  return {
    ...term,
    isA: redirect(term.isA),
    developsFrom: inside(term.developsFrom),
    developsInto: inside(term.developsInto),
    synapsedTo: inside(term.synapsedTo),
    disjointFrom: inside(term.disjointFrom),
    replacedBy: inside(term.replacedBy),
  };
}

/** A missing parent means a truncated file: the graph above it would silently be cut off. */
function checkParents(terms: ReadonlyMap<string, Term>, source: string): void {
  for (const term of terms.values()) {
    const missing = term.isA.find((parent) => !terms.has(parent));
    if (missing !== undefined) {
      throw dataError(
        `Cannot use ${source}: ${term.id} (${term.name}) is_a ${missing}, which the file does not define; is it cut off?`,
      );
    }
  }
}

function checkAcyclic(terms: ReadonlyMap<string, Term>, source: string): void {
  const cycle = findCycle(terms);
  if (cycle === null) return;
  const path = cycle.map((id) => `${id} (${terms.get(id)?.name})`).join(" is_a ");
  throw dataError(`Cannot use ${source}: is_a has a cycle, ${path}; remove one of these edges`);
}

/** The first is_a cycle as ids that start and end with the same term, by depth-first search with an explicit stack. */
function findCycle(terms: ReadonlyMap<string, Term>): string[] | null {
  const finished = new Set<string>();
  for (const start of terms.keys()) {
    const path = [{ id: start, next: 0 }];
    const onPath = new Set([start]);
    while (path.length > 0) {
      const top = path[path.length - 1];
      const parent = finished.has(top.id) ? undefined : terms.get(top.id)?.isA[top.next++];
      if (parent === undefined) {
        finished.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(parent)) {
        const ids = path.map((step) => step.id);
        return [...ids.slice(ids.indexOf(parent)), parent];
      } else if (!finished.has(parent)) {
        onPath.add(parent);
        path.push({ id: parent, next: 0 });
      }
    }
  }
  return null;
}

function indexChildren(terms: ReadonlyMap<string, Term>): Map<string, string[]> {
  const children = new Map<string, string[]>([...terms.keys()].map((id) => [id, []]));
  for (const term of terms.values()) for (const parent of term.isA) children.get(parent)?.push(term.id);
  return children;
}
