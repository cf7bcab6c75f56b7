import {
  ancestors,
  countRelations,
  depths,
  descendants,
  liveTerms,
  type Ontology,
  pageRankSimilarity,
  type Relation,
  RELATIONS,
  relationTriples,
  restrictTerms,
  termOf,
} from "../ontology/mod.ts";
import { type Bars, bars, type Figure, type FigureText, graphTree, heatmap } from "../figures/mod.ts";

/** "Cell Ontology 2026-03-26 (embedded slim table)": what a figure was drawn from. */
export const ontologyTitle = ({ version, source }: Ontology): string =>
  `Cell Ontology ${version} (${source})`;

/** Terms to draw, and the terms that the colours gather around. */
export interface TermGraph extends FigureText {
  readonly ids: readonly string[];
  /** Terms whose descendants (and themselves) share a colour; a term below several takes the first. */
  readonly branches?: readonly string[];
}

/**
 * Terms as a graph of is_a (parents to the left), with develops_from dashed. Terms between two chosen ones are
 * stepped over.
 */
export function termGraph(ontology: Ontology, { ids, branches = [], ...text }: TermGraph): Figure {
  const terms = restrictTerms(ontology, new Set(ids));
  const branchOf = (id: string) => branches.find((root) => root === id || ancestors(ontology, id).has(root));
  return graphTree({
    subtitle: ontologyTitle(ontology),
    ...text,
    nodes: terms.map(({ id, name }) => {
      const branch = branchOf(id);
      return { id, label: name, hover: `${name} (${id})`, group: branch && termOf(ontology, branch).name };
    }),
    edges: terms.flatMap((term) => [
      ...term.isA.map((parent) => ({ from: parent, to: term.id, kind: "is_a" })),
      ...term.developsFrom.map((source) => ({ from: source, to: term.id, kind: "develops_from" })),
    ]),
  });
}

/** Number of live terms at each depth below a root, by the longest way up. */
export function depthFigure(ontology: Ontology, text: Partial<FigureText> = {}): Figure {
  const all = depths(ontology);
  const levels = liveTerms(ontology).map((term) => all.get(term.id) ?? 0);
  const counts = Array.from(
    { length: Math.max(0, ...levels) + 1 },
    (_, depth) => levels.filter((d) => d === depth).length,
  );
  return bars({
    title: "How deep the ontology goes",
    subtitle: ontologyTitle(ontology),
    ...text,
    categories: counts.map((_, depth) => String(depth)),
    category: "depth (is_a steps to the root, longest way)",
    value: "terms",
    series: [{ name: "terms", values: counts }],
    format: "d",
  });
}

/** Counts to the right, each number beyond its bar: inside of the short ones it would shrink until nobody can read it. */
function countBars(options: Bars): Figure {
  const { data, layout } = bars({ ...options, horizontal: true, format: "d" });
  return { data: data.map((trace) => ({ ...trace, textposition: "outside", cliponaxis: false })), layout };
}

/** Broad types under which most others fall, over all organs. */
const MAJOR_BRANCHES =
  ("CL:0000738 CL:0008001 CL:0000066 CL:0000115 CL:0000057 CL:0000187 CL:0000540 CL:0000125 " +
    "CL:0000163 CL:0000586").split(" ");

/** Number of terms under each major branch of the ontologies; a term may be under several. */
export function branchFigure(ontologies: readonly Ontology[], text: Partial<FigureText> = {}): Figure {
  const [first] = ontologies;
  return countBars({
    title: "Cell types by branch",
    subtitle: "a type can lie under several branches",
    ...text,
    categories: MAJOR_BRANCHES.map((id) => termOf(first, id).name),
    value: "terms below",
    series: ontologies.map((ontology) => ({
      name: ontology.source,
      values: MAJOR_BRANCHES.map((id) => descendants(ontology, id).size),
    })),
  });
}

/** Triples that the authors of KCellFM trained on (ORIGINAL.md section 4). */
export const PUBLISHED_TRIPLES: Readonly<Record<Relation, number>> = {
  is_a: 3818,
  exact_synonyms: 2270,
  related_synonyms: 527,
  broad_synonyms: 262,
  develops_from: 372,
  develops_into: 14,
  disjoint_from: 32,
  synapsed_to: 15,
};

/** Relation triples of an ontology beside the original's, by relation. */
export function relationFigure(ontology: Ontology, text: Partial<FigureText> = {}): Figure {
  const counts = countRelations(relationTriples(ontology));
  return countBars({
    title: "Facts for the text encoder, by relation",
    subtitle: ontologyTitle(ontology),
    ...text,
    categories: RELATIONS,
    value: "triples",
    series: [
      { name: "this ontology", values: RELATIONS.map((relation) => counts[relation]) },
      { name: "the original's", values: RELATIONS.map((relation) => PUBLISHED_TRIPLES[relation]) },
    ],
  });
}

/** Ranks below this are drawn alike; scCello puts all below 1e-4 in its lowest level. */
const FLOOR = 1e-5;

/** Personalised PageRank between terms (rows: where the walk starts), as powers of ten. */
export function similarityFigure(
  ontology: Ontology,
  { ids, ...text }: Partial<FigureText> & { readonly ids: readonly string[] },
): Figure {
  const { targets, values } = pageRankSimilarity(ontology, { sources: ids });
  const columns = ids.map((id) => targets.indexOf(id));
  const names = ids.map((id) => termOf(ontology, id).name);
  const at = (row: number, column: number) =>
    Math.log10(Math.max(FLOOR, values[row * targets.length + column]));
  return heatmap({
    title: "How alike the ontology finds cell types",
    subtitle: ontologyTitle(ontology),
    ...text,
    z: ids.map((_, row) => columns.map((column) => at(row, column))),
    rows: names,
    columns: names,
    row: "walk starts at",
    column: "and comes by",
    value: "log10 of PageRank",
    scale: "sequential",
    range: [Math.log10(FLOOR), 0],
  });
}
