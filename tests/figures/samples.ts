import {
  angleScatter,
  bars,
  cycleMap,
  type Figure,
  graphTree,
  heatmap,
  histogram,
  lines,
  roofline,
  scatterMap,
} from "../../lib/figures/mod.ts";
import { experimentFigures } from "./experiment_samples.ts";

/** One small figure of every builder, always the same: what the snapshots hold and what one looks at. */
export function sampleFigures(): Record<string, Figure> {
  return {
    "map-by-type": mapByType(),
    "map-by-value": mapByValue(),
    "curves": curves(),
    "roofline": underTheRoof(),
    "bars-grouped": groupedBars(),
    "bars-horizontal": horizontalBars(),
    "confusion": confusion(),
    "similarity": similarity(),
    "histogram": confidences(),
    "ontology": ontology(),
    "cycle": cycle(),
    "angles": angles(),
    ...experimentFigures(),
  };
}

/** Numbers around 0 that look drawn at random and never change, whatever becomes of our generator. */
function noise(seed: number) {
  let i = seed;
  const uniform = () => (i++ * 0.6180339887) % 1;
  return () => Math.round(1e4 * (uniform() + uniform() * 0.7 + uniform() * 0.3 - 1)) / 1e4;
}

const TYPES = ["CD4-positive T cell", "CD14-positive monocyte", "B cell", "natural killer cell", "platelet"];

function blobs(perType: number) {
  const normal = noise(7);
  const rows = TYPES.flatMap((type, t) =>
    Array.from({ length: Math.ceil(perType / (t + 1)) }, () => ({
      type,
      x: 4 * Math.cos(t * 1.3) + 2 * normal(),
      y: 4 * Math.sin(t * 1.3) + 2 * normal(),
    }))
  );
  return { x: rows.map((r) => r.x), y: rows.map((r) => r.y), label: rows.map((r) => r.type) };
}

const mapByType = () => scatterMap({ ...blobs(30), title: "Cells by type", subtitle: "simulated, 5 types" });

function mapByValue() {
  const { x, y } = blobs(20);
  return scatterMap({
    x,
    y,
    value: x.map((v) => v / 8 + 0.5),
    title: "Confidence",
    valueTitle: "probability",
  });
}

function curves() {
  const x = Array.from({ length: 40 }, (_, i) => i * 25);
  const y = x.map((step) => 0.4 + 3 * Math.exp(-step / 300));
  return lines({
    title: "Loss while training",
    subtitle: "mean over batches; the band is one standard deviation",
    x: "step",
    y: "loss (nats)",
    logY: true,
    series: [
      { name: "train", x, y, spread: y.map((v) => v / 10) },
      { name: "validation", x: [0, 250, 500, 750], y: [3.6, 1.9, 1.2, 0.9], dashed: true },
    ],
  });
}

const underTheRoof = () =>
  roofline({
    title: "Operators under the roof",
    points: [
      { name: "norm", intensity: 0.5, gflops: 3, other: 2 },
      { name: "scan", intensity: 12, gflops: 60, other: 15 },
      { name: "product", intensity: 40, gflops: 110 },
    ],
    peak: 130,
    bandwidth: 12,
    engines: ["ours", "theirs"],
  });

const groupedBars = () =>
  bars({
    title: "Accuracy by method",
    subtitle: "mean of 4 splits, bars are standard deviations",
    categories: ["melanoma", "PBMC", "pancreas"],
    value: "accuracy",
    range: [0, 1],
    format: ".2f",
    series: [
      { name: "KCellFM", values: [0.71, 0.93, 0.88], errors: [0.04, 0.01, 0.03] },
      { name: "logistic regression", values: [0.66, 0.91, 0.9], errors: [0.05, 0.01, 0.02] },
    ],
  });

const horizontalBars = () =>
  bars({
    title: "Composition",
    categories: TYPES,
    value: "cells",
    horizontal: true,
    series: [{ name: "cells", values: [1120, 480, 342, 155, 14] }],
  });

const confusion = () =>
  heatmap({
    title: "Confusion",
    subtitle: "share of each true type (rows sum to 1)",
    rows: TYPES,
    columns: TYPES,
    row: "author's type",
    column: "predicted type",
    value: "share",
    z: TYPES.map((_, i) => TYPES.map((_, j) => i === j ? 0.8 : 0.05)),
  });

function similarity() {
  const names = Array.from({ length: 20 }, (_, i) => `CL:${String(i * 37).padStart(7, "0")}`);
  return heatmap({
    title: "Similarity of type vectors",
    rows: names,
    columns: names,
    row: "type",
    column: "type",
    value: "cosine",
    scale: "diverging",
    z: names.map((_, i) => names.map((_, j) => Math.cos((i - j) / 5))),
  });
}

function confidences() {
  const normal = noise(3);
  const draw = (mean: number) => Array.from({ length: 500 }, () => mean + 0.2 * normal());
  return histogram({
    title: "Confidence of known and novel cells",
    x: "largest probability",
    shares: true,
    series: [{ name: "known", values: draw(0.8) }, { name: "novel", values: draw(0.5) }],
  });
}

const ontology = () =>
  graphTree({
    title: "A branch of the Cell Ontology",
    subtitle: "is_a solid, develops_from dashed",
    nodes: [
      { id: "CL:0000738", label: "leukocyte" },
      { id: "CL:0000542", label: "lymphocyte" },
      { id: "CL:0000084", label: "T cell" },
      { id: "CL:0000624", label: "CD4-positive, alpha-beta T cell", hover: "CL:0000624" },
      { id: "CL:0000236", label: "B cell" },
      { id: "CL:0000786", label: "plasma cell", group: "makes antibodies" },
    ],
    edges: [
      { from: "CL:0000738", to: "CL:0000542", kind: "is_a" },
      { from: "CL:0000542", to: "CL:0000084", kind: "is_a" },
      { from: "CL:0000084", to: "CL:0000624", kind: "is_a" },
      { from: "CL:0000542", to: "CL:0000236", kind: "is_a" },
      { from: "CL:0000738", to: "CL:0000786", kind: "is_a" },
      { from: "CL:0000236", to: "CL:0000786", kind: "develops_from" },
    ],
  });

const ARCS = [{ name: "G1", angle: 2.4 }, { name: "S", angle: 4.7 }, { name: "G2M", angle: 0.1 }];
const HOURS = Array.from({ length: 60 }, (_, i) => Math.round(1e4 * i * Math.PI / 30) / 1e4);
const PARTS = HOURS.map((angle) =>
  angle > 0.9 && angle < 3.9 ? "G1" : angle < 5.6 && angle >= 3.9 ? "S" : "G2M"
);

function cycle() {
  const place = (of: (angle: number) => number) => HOURS.map((angle) => Math.round(1e4 * of(angle)) / 1e4);
  return cycleMap({
    title: "Cells around the cycle",
    x: place(Math.cos),
    y: place(Math.sin),
    label: PARTS,
    arcs: ARCS,
  });
}

function angles() {
  const normal = noise(11);
  const called = HOURS.map((angle) => Math.round(1e4 * ((angle + 0.4 * normal() + 6.2832) % 6.2832)) / 1e4);
  return angleScatter({ title: "Predicted angles", truth: HOURS, called, label: PARTS, arcs: ARCS });
}
