import { createSvgRenderer, escapeHtml } from "../../figures/mod.ts";
import type { Annotation } from "../annotate.ts";
import { mapOf } from "../map.ts";
import type { RunFacts } from "../../metrics/mod.ts";
import { pointsToCheck } from "./checks.ts";
import {
  confidenceHistogram,
  confidenceMap,
  confusionFigure,
  type Described,
  markerHeatmap,
  typeMap,
} from "./figures.ts";
import { count, pictureHtml } from "./html.ts";
import {
  cards,
  checks,
  clusterTable,
  compositionTable,
  confidentTable,
  factsList,
  markerTable,
  perClassTable,
  scoreTable,
} from "./sections.ts";
import { STYLE } from "./style.ts";
import { calledTypes } from "./types.ts";

export * from "./figures.ts";
export { pointsToCheck } from "./checks.ts";
export { type CalledType, calledTypes, type ConfidentType, confidentTypes } from "./types.ts";

/** The report of a run as one HTML page that needs no other file and no network. */
export async function renderReport(
  annotation: Annotation,
  facts: RunFacts & { readonly backend: string },
): Promise<string> {
  const types = calledTypes(annotation);
  const map = mapOf(annotation);
  const renderer = createSvgRenderer();
  const draw = async (described: Described | null) =>
    described ? pictureHtml(await renderer.render(described.figure), described.alt) : "";
  const { input } = annotation;
  return page(`Cell types of ${input.name}`, [
    header(annotation),
    cards(annotation, types),
    checks(pointsToCheck(annotation, types)),
    section(
      "Which cells are there",
      pair(await draw(typeMap(annotation, map, types)), compositionTable(types)),
    ),
    section(
      "How sure the calls are",
      pair(await draw(confidenceMap(annotation, map)), await draw(confidenceHistogram(annotation))) +
        confidentTable(annotation) + CONFIDENCE_NOTE,
    ),
    annotation.clusters ? section("One name a cluster", clusterTable(annotation)) : "",
    section(
      "What marks the types",
      await draw(markerHeatmap(annotation, types)) + markerTable(annotation, types) + MARKER_NOTE,
    ),
    annotation.evaluation
      ? section(
        "Against the file's own labels",
        pair(await draw(confusionFigure(annotation)), scoreTable(annotation) + perClassTable(annotation)),
      )
      : "",
    section("What was read, and how", factsList(annotation, facts)),
  ]);
}

const CONFIDENCE_NOTE =
  `<p class="note"><b>Confidence</b> is the calibrated probability of the called type among those
that could be called; it says nothing of types that could not. An answer is <b>rolled up</b> the ontology until the
probabilities of all types below it sum to the confidence that was asked for: a cell torn between two kinds of T cell is a
T cell. <b>Novelty</b> says how little a cell resembles any type; above 0.5 the answer is unknown. By a reference it is
calibrated by leaving types out, and what all cells of the file have in common counts for nothing; without a reference it
is high where no class of the model and none of the called type's markers speak for the cell; by ontology text it is 1
minus the cosine of the cell to its nearest type. A group of cells with high novelty may be a type that is missing.</p>`;

const MARKER_NOTE =
  `<p class="note">Markers compare the cells of a type with all others by Welch's t on log1p values; kept are genes
with at least twice the mean that a quarter of the type's cells have and at most half of the others. Types of fewer
than ten cells have none. They describe the calls; since the calls come from the same expression, they do not prove
them.</p>`;

/** By what the cells were named, as a clause. */
export function howNamed({ reference, namedBy }: Pick<Annotation, "reference" | "namedBy">): string {
  if (reference) return `named by the reference ${reference.name}`;
  if (namedBy.includes("text")) return "named by Cell Ontology text";
  return `named without a reference, by ${namedBy.join(", ").replace(/, ([^,]*)$/, " and $1")}`;
}

function header(annotation: Annotation): string {
  const { input } = annotation;
  return `<header><h1>Cell types of ${escapeHtml(input.name)}</h1>
<p class="lead">${count(input.cells)} ${input.real ? "" : "simulated "}cells, ${
    escapeHtml(howNamed(annotation))
  } · KCellFM</p></header>`;
}

const section = (title: string, body: string): string => `<section><h2>${title}</h2>${body}</section>`;
const pair = (left: string, right: string): string =>
  `<div class="pair"><div>${left}</div><div>${right}</div></div>`;

function page(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main>
${body.filter((part) => part !== "").join("\n")}
</main></body></html>
`;
}
