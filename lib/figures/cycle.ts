import type { Data } from "plotly.js";
import { axis, bareAxis, type Figure, figure, type FigureText, requireSameLength } from "./figure.ts";
import { colorAt, LIGHT, NEUTRAL } from "./theme.ts";

/** A stretch of a cycle, with the angle (radians) at which its name stands. */
export interface CycleArc {
  readonly name: string;
  readonly angle: number;
}

/** Points in the unit circle, coloured by arc. */
export interface CycleMap extends FigureText {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Name of the arc that each point belongs to. */
  readonly label: ArrayLike<string>;
  readonly arcs: readonly CycleArc[];
}

const SIDE = 520;
/** The plane reaches beyond the unit circle, so that names have room. */
const REACH = 1.5;

/** Cells on a clock: the unit circle as a faint line, the names of its arcs around it. */
export function cycleMap(map: CycleMap): Figure {
  requireSameLength("a circle (x and y)", map.x, map.y);
  requireSameLength("a circle (x and label)", map.x, map.label);
  const range = [-REACH, REACH];
  return figure([outline(), ...map.arcs.map((arc, i) => pointsOf(map, arc.name, i))], {
    height: SIDE,
    width: SIDE + 120,
    ...map,
  }, {
    hovermode: "closest",
    xaxis: bareAxis("", { range, scaleanchor: "y", showline: false }),
    yaxis: bareAxis("", { range, showline: false }),
    annotations: map.arcs.map(({ name, angle }) => ({
      text: `<b>${name}</b>`,
      x: 1.38 * Math.cos(angle),
      y: 1.38 * Math.sin(angle),
      showarrow: false,
      font: { size: 15, color: LIGHT.text },
    })),
  });
}

function outline(): Data {
  const angles = Array.from({ length: 121 }, (_, i) => i * Math.PI / 60);
  return {
    type: "scatter",
    mode: "lines",
    x: angles.map(Math.cos),
    y: angles.map(Math.sin),
    line: { color: LIGHT.axis, width: 1 },
    hoverinfo: "skip",
    showlegend: false,
  };
}

function pointsOf(map: CycleMap, name: string, index: number): Data {
  const rows = Array.from(map.label, (_, i) => i).filter((i) => map.label[i] === name);
  return {
    type: "scatter",
    mode: "markers",
    name: `${name} (${rows.length})`,
    x: rows.map((i) => map.x[i]),
    y: rows.map((i) => map.y[i]),
    marker: { color: colorAt(index), size: 6, opacity: 0.75 },
    hovertemplate: `${name}<extra></extra>`,
  };
}

/** True and predicted angles in radians. */
export interface AngleScatter extends FigureText {
  readonly truth: ArrayLike<number>;
  readonly called: ArrayLike<number>;
  readonly label: ArrayLike<string>;
  readonly arcs: readonly CycleArc[];
}

/** Predicted by true angle, each prediction drawn on the turn that is nearest to the truth, so that zero is no border. */
export function angleScatter(map: AngleScatter): Figure {
  const turn = 2 * Math.PI;
  const near = Array.from(map.called, (angle, i) => angle + turn * Math.round((map.truth[i] - angle) / turn));
  const points = map.arcs.map((arc, i) => pointsOf({ ...map, x: map.truth, y: near }, arc.name, i));
  const ticks = [-Math.PI, 0, Math.PI, turn, 3 * Math.PI];
  const scale = { tickvals: ticks, ticktext: ["-π", "0", "π", "2π", "3π"] };
  const diagonal: Data = {
    type: "scatter",
    mode: "lines",
    x: [0, turn],
    y: [0, turn],
    line: { color: NEUTRAL, width: 1.5, dash: "dash" },
    hoverinfo: "skip",
    showlegend: false,
  };
  return figure([diagonal, ...points], { height: SIDE, width: SIDE + 120, ...map }, {
    hovermode: "closest",
    xaxis: axis("measured angle (radians)", { range: [-0.2, turn + 0.2], ...scale }),
    yaxis: axis("predicted angle (radians)", { range: [-Math.PI, 3 * Math.PI], ...scale }),
  });
}
