import { median } from "simple-statistics";
import type { Annotation } from "../annotate.ts";
import type { RunFacts } from "../../metrics/mod.ts";
import { LOW_CONFIDENCE } from "./checks.ts";
import { escapeHtml, tableHtml } from "../../figures/mod.ts";
import { count, percent, termLink } from "./html.ts";
import { type CalledType, confidentTypes } from "./types.ts";

/** The figures one wants first. */
export function cards(annotation: Annotation, types: readonly CalledType[]): string {
  const { input, calls, rolled, evaluation } = annotation;
  const asCalled = rolled.place.filter((place, row) => place === calls.best[row]).length;
  const sure = calls.confidence.filter((value) => value >= LOW_CONFIDENCE).length;
  const items: [string, string, string][] = [
    ["cells", count(input.cells), `${count(input.genes)} genes`],
    ["types called", count(types.length), `of ${count(calls.types.length)} that could be`],
    [
      "median confidence",
      median([...calls.confidence]).toFixed(2),
      `${percent(sure / input.cells, 0)} of cells at ${LOW_CONFIDENCE} or more`,
    ],
    ["median novelty", median([...calls.novelty]).toFixed(2), "above 0.5 a cell is unknown"],
    [
      "rolled up or unknown",
      percent(1 - asCalled / input.cells, 0),
      `of cells, at a confidence of ${rolled.confidence}`,
    ],
    ["genes known", percent(input.overlap.expressedKnownFraction, 0), "of those expressed in the file"],
  ];
  if (evaluation) {
    items.push(["accuracy", evaluation.metrics.accuracy.toFixed(3), `against obs ${evaluation.truthKey}`]);
  }
  const html = items.map(([name, value, about]) =>
    `<div><dt>${name}</dt><dd>${value}<small>${escapeHtml(about)}</small></dd></div>`
  );
  return `<dl class="cards">${html.join("")}</dl>`;
}

/** The points that stand out, or a line saying that none does. */
export function checks(points: readonly string[]): string {
  if (points.length === 0) {
    return `<section class="fine"><p>Nothing stands out: genes, values and confidences look as they should.</p></section>`;
  }
  const items = points.map((point) => `<li>${escapeHtml(point)}</li>`).join("");
  return `<section class="check"><h2>Points to check</h2><ul>${items}</ul></section>`;
}

/** The list beside the map: composition with the colours of the map. */
export function compositionTable(types: readonly CalledType[]): string {
  const widest = types[0]?.share ?? 1;
  const bar = ({ share, color }: CalledType) =>
    `<span class="bar" style="width:${(100 * share / widest).toFixed(1)}%;background:${color}"></span>`;
  return tableHtml(types, [
    { head: "type", cell: (type) => `${named(type)}${bar(type)}` },
    { head: "term", cell: ({ id }) => termLink(id) },
    { head: "cells", number: true, cell: ({ cells }) => count(cells) },
    { head: "share", number: true, cell: ({ share }) => percent(share) },
    { head: "confidence", number: true, cell: ({ meanConfidence }) => meanConfidence.toFixed(2) },
    { head: "novelty", number: true, cell: ({ meanNovelty }) => meanNovelty.toFixed(2) },
  ], { caption: "Composition, most frequent first" });
}

/** Table of the confident answers: types, terms above them, or unknown. */
export function confidentTable(annotation: Annotation): string {
  const caption =
    `Answers that reach a summed probability of ${annotation.rolled.confidence}, most frequent first`;
  return tableHtml(confidentTypes(annotation), [
    { head: "answer", cell: ({ name }) => escapeHtml(name) },
    { head: "term", cell: ({ id }) => termLink(id) },
    { head: "", cell: ({ kind }) => kind },
    { head: "cells", number: true, cell: ({ cells }) => count(cells) },
    { head: "share", number: true, cell: ({ share }) => percent(share) },
    {
      head: "probability",
      number: true,
      cell: ({ kind, meanProbability }) => kind === "unknown" ? "—" : meanProbability.toFixed(2),
    },
  ], { caption });
}

/** One name a cluster, beside what the cells of the cluster were called one by one. */
export function clusterTable({ clusters }: Annotation): string {
  if (!clusters) return "";
  return tableHtml(clusters.calls, [
    { head: "cluster", cell: ({ cluster }) => escapeHtml(cluster) },
    { head: "cells", number: true, cell: ({ cells }) => count(cells) },
    { head: "type", cell: ({ type }) => escapeHtml(type.name) },
    { head: "term", cell: ({ type }) => termLink(type.id) },
    { head: "probability", number: true, cell: ({ probability }) => probability.toFixed(2) },
    { head: "cells that agree", number: true, cell: ({ agreement }) => percent(agreement, 0) },
    { head: "next best", cell: ({ runnerUp }) => escapeHtml(runnerUp?.type.name ?? "—") },
    { head: "", cell: ({ mixed }) => mixed ? "mixed" : "" },
  ], {
    caption:
      `Clusters of obs "${clusters.key}", largest first. A cluster is mixed if the next best type has at least half ` +
      `of the probability of the first`,
  });
}

/** The best markers of each type with the shares of cells that have them. */
export function markerTable({ markers }: Annotation, types: readonly CalledType[]): string {
  const rows = types.filter(({ name }) => markers.byGroup.has(name));
  const genesOf = ({ name }: CalledType) =>
    (markers.byGroup.get(name) ?? []).map(({ gene, inside, outside }) =>
      `<span class="genes">${escapeHtml(gene)} <small>${percent(inside, 0)} / ${
        percent(outside, 0)
      }</small></span>`
    ).join(" · ");
  return tableHtml(rows, [
    { head: "type", cell: named },
    { head: "markers, best first", cell: genesOf },
  ], { caption: "Top markers: gene, share of the type's cells and of all others in which it is found" });
}

/** Ours beside what a user would try first, in the same run. */
export function scoreTable({ evaluation, reference }: Annotation): string {
  if (!evaluation) return "";
  const methods = Object.entries({ kcellfm: evaluation.metrics, ...evaluation.baselines });
  const names = [
    "accuracy",
    "macro_f1",
    "weighted_f1",
    "ontology_accuracy",
    "hierarchical_accuracy",
    "novelty_auroc",
  ]
    .filter((name) => name in evaluation.metrics);
  const columns = names.map((name) => ({
    head: name.replaceAll("_", " "),
    number: true,
    cell: ([, scores]: (typeof methods)[number]) => scores[name]?.toFixed(3) ?? "—",
  }));
  const learnt = reference
    ? `; logistic regression and nearest neighbours learned from ${reference.name}, on the genes that both files have`
    : "";
  const caption = `${count(evaluation.cells)} cells against obs "${evaluation.truthKey}"${learnt}; ` +
    `majority is the most frequent type of this file`;
  return tableHtml(methods, [
    { head: "method", cell: ([name]) => escapeHtml(name.replaceAll("_", " ")) },
    ...columns,
  ], { caption });
}

/** Precision and recall of each true type. */
export function perClassTable({ evaluation }: Annotation): string {
  if (!evaluation) return "";
  const rows = evaluation.perClass.toSorted((a, b) => b.support - a.support);
  return tableHtml(rows, [
    { head: "type", cell: ({ label }) => escapeHtml(label) },
    { head: "cells", number: true, cell: ({ support }) => count(support) },
    { head: "precision", number: true, cell: ({ precision }) => precision.toFixed(2) },
    { head: "recall", number: true, cell: ({ recall, support }) => support ? recall.toFixed(2) : "—" },
    { head: "F1", number: true, cell: ({ f1, support }) => support ? f1.toFixed(2) : "—" },
  ], { caption: "By type" });
}

/** Facts of the run: the files read, the source of the labels, and a glossary. */
export function factsList(annotation: Annotation, facts: RunFacts & { readonly backend: string }): string {
  const { input, reference, model, ontology, seed } = annotation;
  const unknown = input.overlap.unknownExamples.join(", ");
  const rows: [string, string][] = [
    ["file", `${input.name}: ${count(input.cells)} cells, ${count(input.genes)} genes`],
    ["values", `${input.values.kind}: ${input.values.evidence}`],
    [
      "normalised as",
      "log1p of counts scaled to 10,000 a cell; what was done to counts before was undone cell by cell",
    ],
    ["genes", input.overlap.summary + (unknown ? `; not known, for example: ${unknown}` : "")],
    ["named by", reference ? referenceText(reference) : "the ontology text of the types (zero-shot)"],
    ["model", `preset ${model.preset}, checkpoint sha256 ${model.hash.slice(0, 16)}`],
    ["ontology", `Cell Ontology, release ${ontology}`],
    [
      "run",
      `seed ${seed}, backend ${facts.backend}, ${facts.seconds.toFixed(1)} s, ${
        facts.cells_per_second.toFixed(0)
      } cells a second${facts.peak_mb === 0 ? "" : `, ${facts.peak_mb.toFixed(0)} MB at most`}`,
    ],
    ["versions", Object.entries(facts.versions).map(([name, version]) => `${name} ${version}`).join(", ")],
  ];
  return `<dl class="facts">${
    rows.map(([name, text]) => `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`).join("")
  }</dl>`;
}

function referenceText({ name, cells, labelKey, heldOut }: NonNullable<Annotation["reference"]>): string {
  const base = `${name} (${count(cells)} cells, labels in obs "${labelKey}")`;
  if (heldOut.cells === 0) return base;
  return `${base}; on ${count(heldOut.cells)} held-out reference cells accuracy ${
    heldOut.accuracy.toFixed(3)
  }, ` +
    `macro-F1 ${heldOut.macro_f1.toFixed(3)}; weights: ${
      Object.entries(heldOut.weights).map(([name, weight]) => `${name} ${weight.toFixed(2)}`).join(", ")
    }`;
}

function named({ rank, color, name }: CalledType): string {
  return `<span class="type"><b style="background:${color}">${rank}</b><span>${
    escapeHtml(name)
  }</span></span>`;
}
