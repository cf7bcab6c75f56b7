import assert from "node:assert/strict";
import {
  angleFigure,
  angleTable,
  placesFigure,
  ringFigure,
  waveFigure,
} from "../../lib/chapters/cell_cycle.ts";
import { type AngleRun, type CycleSet, phaseOfAngle } from "../../lib/experiments/cell_cycle/mod.ts";
import { AS_THEY_ARE, prepareSet, tableSource } from "../../lib/experiments/finetune/mod.ts";
import { tableOf } from "../../lib/matrix/mod.ts";

const angles = Float32Array.from({ length: 48 }, (_, i) => i * Math.PI / 24);
const symbols = ["UP", "FLAT"];
const features = Float32Array.from(
  { length: 96 },
  (_, at) => at % 2 === 0 ? 2 + Math.cos(angles[at >> 1]) : 1,
);
const set: CycleSet = {
  name: "clock",
  real: false,
  sha256: null,
  source: tableSource(tableOf(features, 2), { name: "clock", symbols }),
  values: AS_THEY_ARE,
  labels: Array.from(angles, phaseOfAngle),
  angles,
};

Deno.test("ringFigure draws every cell once, in its direction", () => {
  const [, ...phases] = ringFigure(set, "ring").data as { x: number[]; y: number[] }[];
  assert.equal(phases.length, 3);
  assert.equal(phases.reduce((sum, { x }) => sum + x.length, 0), 48);
  const near = phases.flatMap(({ x, y }) => x.map((value, i) => Math.hypot(value, y[i])));
  assert.ok(near.every((radius) => radius > 0.8 && radius < 1.2));
  assert.throws(() => ringFigure({ ...set, angles: undefined }, "ring"), /clock on a circle/);
});

Deno.test("waveFigure shows a gene's wave around its mean, and a flat line where there is none", () => {
  const vocabulary = { symbols, ensembl: ["", ""], aliases: [[], []] };
  const prepared = { ...prepareSet(set, vocabulary), angles };
  const waves = waveFigure(prepared, { symbols, genes: symbols, title: "waves" }).data as {
    name: string;
    y: number[];
  }[];
  const of = (name: string) => waves.find((wave) => wave.name === name)?.y ?? [];
  assert.ok(of("UP")[0] > 0.9 && of("UP")[6] < -0.9);
  assert.ok(of("FLAT").every((value) => Math.abs(value) < 1e-6));
});

Deno.test("placesFigure, angleFigure and angleTable read the same run", () => {
  const [x, y] = [angles.map(Math.cos), angles.map(Math.sin)];
  const scores = {
    kcellfm: { angle_error: Math.PI / 6, circular_correlation: 0.9 },
    mean_direction: { angle_error: 1.5 },
  };
  const run: AngleRun = {
    folds: [{ truth: angles, answers: { kcellfm: angles }, scores, places: { x, y } }],
    mean: scores,
    sd: {},
  };
  assert.match(JSON.stringify(angleFigure(run, "angles").layout.title), /mean error 30°/);
  assert.equal(placesFigure(run, "places").data.length, 4);
  assert.deepEqual(angleTable(run).rows(), [["KCellFM", 30, 0.9], ["mean direction", 85.9, null]]);
});
