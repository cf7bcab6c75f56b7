import pl from "nodejs-polars";
import {
  bars,
  type Figure,
  graphTree,
  lines,
  type LineSeries,
  methodBars,
  type MethodRow,
} from "../figures/mod.ts";
import {
  ancestors,
  descendants,
  type Ontology,
  restrictTerms,
  shortestPath,
  termOf,
} from "../ontology/mod.ts";
import {
  type HeldOutType,
  nameCells,
  type NamedNovelCells,
  type NovelSplit,
  PUBLISHED_CURVES,
  RATIOS,
  RULE_NAMES,
  type RuleLevels,
  type RuleName,
} from "../experiments/novel/mod.ts";

/** Rules of the difficulty figure. */
const DRAWN: readonly RuleName[] = [
  "text",
  "nearest_pagerank",
  "smoothed",
  "prototype_pagerank",
  "shuffled_ontology",
];

/** Accuracy of the rules against the share of candidates, beside what the original prints for its two sets. */
export function difficultyFigure(levels: RuleLevels, title = "Harder with every candidate"): Figure {
  const ours = DRAWN.map((rule): LineSeries => ({
    name: RULE_NAMES[rule],
    x: levels[rule].map(({ types }) => types),
    y: levels[rule].map(({ mean }) => mean.accuracy),
    spread: levels[rule].map(({ sd }) => sd.accuracy),
  }));
  const types = levels.chance.map((level) => level.types);
  const published = Object.values(PUBLISHED_CURVES).map((curve, i): LineSeries => ({
    name: `published, set ${i + 1}`,
    x: curve.map(({ ratio }) => Math.round(72 * ratio)),
    y: curve.map(({ accuracy }) => accuracy),
    dashed: true,
    color: DRAWN.length + i,
  }));
  const chance = {
    name: "guessing",
    x: types,
    y: types.map((n) => 1 / n),
    dashed: true,
    color: DRAWN.length + 2,
  };
  return lines({
    title,
    subtitle: "mean and standard deviation of 20 draws of candidates; the published sets hold other cells",
    series: [...ours, ...published, chance],
    x: "candidate terms",
    y: "cells named right (share)",
    yRange: [0, 1],
  });
}

/** Accuracy and macro-F1 of every rule among all candidates. */
export function rulesFigure(levels: RuleLevels, title = "Which rule names best?"): Figure {
  const rows = Object.entries(RULE_NAMES).map(([rule, method]): MethodRow => {
    const { mean, sd } = levels[rule as RuleName].at(-1)!;
    return {
      method,
      accuracy: mean.accuracy,
      macroF1: mean.macro_f1,
      sd: { accuracy: sd.accuracy, macroF1: sd.macro_f1 },
    };
  });
  const { types } = levels.text.at(-1)!;
  return methodBars(rows, { title, subtitle: `${types} candidates; deviations over resampled types` });
}

/** Every rule's accuracy at every level, as a table. */
export function levelTable(levels: RuleLevels): pl.DataFrame {
  const rules = Object.keys(RULE_NAMES) as RuleName[];
  const column = (i: number) => rules.map((rule) => Math.round(1000 * levels[rule][i].mean.accuracy) / 1000);
  return pl.DataFrame({
    rule: rules.map((rule) => RULE_NAMES[rule]),
    ...Object.fromEntries(RATIOS.map((_, i) => [`of ${levels.text[i].types}`, column(i)])),
  });
}

/** Share of each type's cells that a rule names right among all candidates, by Cell Ontology id. */
function accuracyByType({ task, scores }: NamedNovelCells, rule: RuleName): Map<string, number> {
  const { truth, called } = callsOf({ task, scores }, rule);
  const byType = Map.groupBy(truth.keys(), (i) => truth[i]);
  return new Map([...byType].map(([type, rows]) => [
    task.candidates[type],
    rows.filter((i) => called[i] === type).length / rows.length,
  ]));
}

/** True and called column of each cell among all candidates. */
const callsOf = ({ task, scores }: Pick<NamedNovelCells, "task" | "scores">, rule: RuleName) =>
  nameCells(
    scores[rule],
    { truth: task.truth, candidates: task.candidates.length },
    Int32Array.from(task.candidates.keys()),
  );

/**
 * The novel types below a term as a tree, coloured by the share of their cells that is named right; terms between them and
 * the root have no colour.
 */
export function accuracyTree(
  ontology: Ontology,
  { named, rule = "text", root }: { named: NamedNovelCells; rule?: RuleName; root: string },
): Figure {
  const accuracy = accuracyByType(named, rule);
  const inside = descendants(ontology, root);
  const novel = [...accuracy.keys()].filter((id) => inside.has(id));
  const above = novel.flatMap((id) => [...ancestors(ontology, id).keys()].filter((up) => inside.has(up)));
  const terms = restrictTerms(ontology, new Set([root, ...novel, ...branching(ontology, above, novel)]));
  return graphTree({
    title: `Novel types below ${termOf(ontology, root).name}`,
    subtitle: `share of cells named right among ${named.task.candidates.length} candidates, by ${
      RULE_NAMES[rule]
    }`,
    nodes: terms.map(({ id, name }) => {
      const value = accuracy.get(id);
      const label = value === undefined ? name : `${name} ${value.toFixed(2)}`;
      return { id, label, ...(value !== undefined && { value }) };
    }),
    edges: terms.flatMap(({ id, isA }) => isA.map((parent) => ({ from: parent, to: id }))),
    valueTitle: "named right",
    valueRange: [0, 1],
  });
}

/** Terms above at least two of the novel types. */
function branching(ontology: Ontology, above: readonly string[], novel: readonly string[]): string[] {
  const counts = (id: string) => novel.filter((it) => it === id || ancestors(ontology, it).has(id)).length;
  return [...new Set(above)].filter((id) => counts(id) >= 2);
}

/** The child of a term that has most novel types below it, and so on down while it has at least `most`. */
export function fullestBranch(ontology: Ontology, novel: readonly string[], most = 9): string {
  const below = (id: string) => novel.filter((it) => it === id || ancestors(ontology, it).has(id)).length;
  const small = [...ontology.terms.keys()].filter((id) => below(id) <= most);
  return small.reduce((best, id) => below(id) > below(best) ? id : best);
}

/** Distance in is_a steps between called and true type: of our calls, and of guesses. */
export function distanceFigure(ontology: Ontology, named: NamedNovelCells, rule: RuleName = "text"): Figure {
  const steps = stepsBetween(ontology, named.task.candidates);
  const shares = (of: RuleName) => {
    const { truth, called } = callsOf(named, of);
    const counts = new Array<number>(MOST_STEPS + 1).fill(0);
    truth.forEach((type, i) => counts[Math.min(MOST_STEPS, steps[type][called[i]])] += 1 / truth.length);
    return counts;
  };
  return bars({
    title: "How far off are the wrong names?",
    subtitle: "is_a steps in the ontology from the called to the true type; 0 is right",
    categories: Array.from({ length: MOST_STEPS + 1 }, (_, n) => n === MOST_STEPS ? `${n} or more` : `${n}`),
    category: "steps",
    value: "share of cells",
    series: [{ name: RULE_NAMES[rule], values: shares(rule) }, {
      name: RULE_NAMES.chance,
      values: shares("chance"),
    }],
  });
}

const MOST_STEPS = 10;

function stepsBetween(ontology: Ontology, ids: readonly string[]): number[][] {
  return ids.map((from) =>
    ids.map((to) => (shortestPath(ontology, [from, to])?.length ?? MOST_STEPS + 1) - 1)
  );
}

/** Mean rank of each held-out type's true term among all terms, beside the shuffled ontology. */
export function heldOutFigure(types: readonly HeldOutType[], candidates: number): Figure {
  const sorted = types.toSorted((a, b) => a.scores.all.text.mean_rank - b.scores.all.text.mean_rank);
  const ranks = (rule: "text" | "prototype_pagerank" | "shuffled_ontology") =>
    sorted.map(({ scores }) => scores.all[rule].mean_rank);
  return bars({
    title: "Real types that were held out",
    subtitle: `mean rank of the true term among ${candidates} terms (1 is best, ${
      (candidates + 1) / 2
    } by chance)`,
    categories: sorted.map(({ name }) => name),
    series: [
      { name: RULE_NAMES.text, values: ranks("text") },
      { name: RULE_NAMES.prototype_pagerank, values: ranks("prototype_pagerank") },
      { name: RULE_NAMES.shuffled_ontology, values: ranks("shuffled_ontology") },
    ],
    value: "mean rank",
    horizontal: true,
    format: ".0f",
  });
}

/** Types of an experiment below a term, coloured by the part that their cells went to; grey terms only stand above them. */
export function partsTree(
  { seen, validation, novel, ontology }: NovelSplit & { readonly ontology: Ontology },
  root: string,
): Figure {
  const parts = { "learned from": seen, "decides about rules": [validation], "named in the end": [novel] };
  const partOf = new Map(
    Object.entries(parts).flatMap(([name, of]) =>
      of.flatMap(({ types }) => types.map((id) => [id ?? "", name]))
    ),
  );
  const inside = descendants(ontology, root);
  const own = [...partOf.keys()].filter((id) => inside.has(id));
  const above = own.flatMap((id) => [...ancestors(ontology, id).keys()].filter((up) => inside.has(up)));
  const terms = restrictTerms(ontology, new Set([root, ...own, ...branching(ontology, above, own)]));
  return graphTree({
    title: `Types below ${termOf(ontology, root).name}`,
    subtitle: "coloured by what becomes of their cells",
    nodes: terms.map(({ id, name }) => ({ id, label: name, group: partOf.get(id) })),
    edges: terms.flatMap(({ id, isA }) => isA.map((parent) => ({ from: parent, to: id }))),
  });
}

/** Cells and types of each part of an experiment. */
export function partsTable({ seen, validation, novel }: NovelSplit): pl.DataFrame {
  const parts = [[...seen], [validation], [novel]];
  return pl.DataFrame({
    part: ["learned from", "decides about rules", "named in the end"],
    types: parts.map((of) => new Set(of.flatMap(({ types }) => types)).size),
    cells: parts.map((of) => of.reduce((sum, { source }) => sum + source.nObs, 0)),
  });
}
