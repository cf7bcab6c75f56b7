import pl from "nodejs-polars";
import { angleScatter, type CycleArc, cycleMap, type Figure, lines } from "../figures/mod.ts";
import { createRng } from "../runtime/mod.ts";
import { readFeatures } from "../cell/mod.ts";
import { methodName } from "./finetune.ts";
import { OURS, type PreparedSet } from "../experiments/finetune/mod.ts";
import {
  type AngleRun,
  type CycleRun,
  type CycleSet,
  meanPlaces,
  PHASE_CENTRES,
  phaseOfAngle,
  PHASES,
} from "../experiments/cell_cycle/mod.ts";

const ARCS: readonly CycleArc[] = PHASES.map((name) => ({ name, angle: PHASE_CENTRES[name] }));

/** Every cell at its measured angle, in a ring. */
export function ringFigure({ angles, labels, name }: CycleSet, title: string): Figure {
  if (!angles) throw new RangeError(`Cannot draw ${name} on a circle: its angles were not measured`);
  const rng = createRng("ring");
  const radii = Array.from(angles, () => 0.85 + 0.3 * rng.uniform()); // a ring, so that cells lie beside each other
  return cycleMap({
    title,
    subtitle: "angle: FUCCI reporters; distance from the circle: at random, to part the cells",
    x: radii.map((radius, i) => radius * Math.cos(angles[i])),
    y: radii.map((radius, i) => radius * Math.sin(angles[i])),
    label: labels.map((label) => label ?? ""),
    arcs: ARCS,
  });
}

/** Points of a curve around the circle. */
const BINS = 12;

/** Mean log expression of some genes by angle, each less its own mean. */
export function waveFigure(
  set: PreparedSet & Pick<CycleSet, "angles">,
  { symbols, genes, title }: { symbols: readonly string[]; genes: readonly string[]; title: string },
): Figure {
  const { cells, angles = new Float32Array() } = set;
  const tokens = Int32Array.from(set.genes.filter((token) => genes.includes(symbols[token])));
  const rows = Int32Array.from(angles.keys());
  const { data } = readFeatures(cells, tokens, rows);
  const binOf = Array.from(angles, (angle) => Math.floor(angle / (2 * Math.PI) * BINS) % BINS);
  const middles = Array.from({ length: BINS }, (_, bin) => (bin + 0.5) * 2 * Math.PI / BINS);
  return lines({
    title,
    subtitle: "mean of twelve stretches of the circle, less the gene's mean over all cells",
    x: "FUCCI angle (radians)",
    y: "log1p expression above the gene's mean",
    series: Array.from(tokens, (token, column) => {
      const values = Array.from(rows, (row) => data[row * tokens.length + column]);
      const all = meanOf(values);
      const y = middles.map((_, bin) => meanOf(values.filter((_, row) => binOf[row] === bin)) - all);
      return { name: symbols[token], x: middles, y };
    }),
  });
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/**
 * Test cells of the first split where their probabilities pull them: each phase pulls towards its own place on the
 * circle, so sure cells lie on it and unsure ones within.
 */
export function pullFigure({ folds: [{ classes, answers, truth }] }: CycleRun, title: string): Figure {
  const centres = classes.map((name) => ARCS.find((arc) => arc.name === name)?.angle ?? 0);
  const { x, y } = meanPlaces(answers[OURS].probabilities ?? new Float32Array(), centres);
  const rng = createRng("pull");
  const shake = (value: number) => value + 0.03 * rng.normal(); // quite sure cells would lie on one spot
  return cycleMap({
    title,
    subtitle: "place: the model's probabilities; colour: the true phase",
    x: x.map(shake),
    y: y.map(shake),
    label: truth,
    arcs: ARCS,
  });
}

/** Test cells of the first split at the model's answer: the direction is the angle, the rim is certainty. */
export function placesFigure({ folds: [{ truth, places }] }: AngleRun, title: string): Figure {
  return cycleMap({
    title,
    subtitle: "direction: the predicted angle; the nearer to the rim, the surer; colour: the measured phase",
    ...places,
    label: Array.from(truth, phaseOfAngle),
    arcs: ARCS,
  });
}

/** Predicted by measured angle of the test cells of the first split. */
export function angleFigure({ folds: [{ truth, answers }], mean }: AngleRun, title: string): Figure {
  const error = mean[OURS].angle_error * 180 / Math.PI;
  return angleScatter({
    title,
    subtitle: `mean error ${error.toFixed(0)}°; a guess is off by 90°`,
    truth,
    called: answers[OURS],
    label: Array.from(truth, phaseOfAngle),
    arcs: ARCS,
  });
}

/** Mean error and circular correlation of each method. */
export function angleTable({ mean }: AngleRun): pl.DataFrame {
  const names = Object.keys(mean);
  return pl.DataFrame({
    method: names.map(methodName),
    "mean error (degrees)": names.map((name) => Math.round(mean[name].angle_error * 1800 / Math.PI) / 10),
    "circular correlation": names.map((name) => mean[name].circular_correlation ?? null),
  });
}
