import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import {
  type Figure,
  graphTree,
  heatmap,
  histogram,
  lines,
  NEUTRAL,
  scatterMap,
} from "../../lib/figures/mod.ts";

type Trace = Record<string, unknown> & { x: number[]; y: number[]; marker: Record<string, unknown> };
const traces = (figure: Figure) => figure.data as unknown as Trace[];

const text = { title: "t" };

Deno.test("scatterMap draws largest categories first and says how many cells each has", () => {
  const figure = scatterMap({ ...text, x: [0, 1, 2], y: [0, 1, 2], label: ["rare", "common", "common"] });
  deepStrictEqual(traces(figure).map(({ name }) => name), ["common (2)", "rare (1)"]);
});

Deno.test("scatterMap samples with its seed and keeps rare categories", () => {
  const n = 5000;
  const x = Array.from({ length: n }, (_, i) => i);
  const label = x.map((i) => i < 15 ? "rare" : "common");
  const draw = (seed: number) => scatterMap({ ...text, x, y: x, label, maxPoints: 500, seed });
  deepStrictEqual(draw(1), draw(1));
  ok(JSON.stringify(draw(1)) !== JSON.stringify(draw(2)), "another seed draws other points");
  const [common, rare] = traces(draw(1));
  strictEqual(rare.x.length, 15);
  strictEqual(common.x.length, Math.floor(4985 * 500 / 5000));
  ok(JSON.stringify(draw(1).layout.title).includes("513 of 5,000 points drawn"));
});

Deno.test("scatterMap draws categories that are not in the order in grey", () => {
  const figure = scatterMap({ ...text, x: [0, 1], y: [0, 1], label: ["known", "other"], order: ["known"] });
  strictEqual(traces(figure)[1].marker.color, NEUTRAL);
});

Deno.test("scatterMap refuses columns of different length", () => {
  throws(() => scatterMap({ ...text, x: [0, 1], y: [0] }), /x and y.*2 values against 1/);
});

Deno.test("lines thins long curves and keeps both ends", () => {
  const x = Array.from({ length: 5000 }, (_, i) => i);
  const [line] = traces(lines({ ...text, x: "a", y: "b", series: [{ name: "s", x, y: x }], maxPoints: 100 }));
  strictEqual(line.x.length, 100);
  deepStrictEqual([line.x[0], line.x[99]], [0, 4999]);
});

Deno.test("lines labels a logarithmic axis with plain numbers", () => {
  const { layout } = lines({
    ...text,
    x: "a",
    y: "b",
    logY: true,
    series: [{ name: "s", x: [0, 1], y: [0.4, 30] }],
  });
  deepStrictEqual(layout.yaxis?.ticktext, [
    "0.1",
    "0.2",
    "0.5",
    "1",
    "2",
    "5",
    "10",
    "20",
    "50",
    "100",
    "200",
    "500",
  ]);
});

Deno.test("heatmap refuses rows that do not fit its names", () => {
  const names = { rows: ["a", "b"], columns: ["c", "d"], row: "", column: "", value: "" };
  throws(() => heatmap({ ...text, ...names, z: [[1, 2]] }), /z and rows/);
  throws(() => heatmap({ ...text, ...names, z: [[1, 2], [1]] }), /a row of z/);
});

Deno.test("histogram counts every value in range once, the upper edge in the last bin", () => {
  const values = [0, 0.1, 0.5, 0.99, 1, 2, NaN];
  const series = [{ name: "v", values }];
  const [trace] = traces(histogram({ ...text, x: "v", series, bins: 2, range: [0, 1] }));
  deepStrictEqual(trace.y, [2, 3]);
});

const NODES = ["root", "left", "right", "leaf"].map((id) => ({ id, label: `the ${id}` }));
const EDGES = [["root", "left"], ["root", "right"], ["left", "leaf"], ["root", "leaf"]].map(([from, to]) => ({
  from,
  to,
}));

Deno.test("graphTree places children after their parents and siblings in one line", () => {
  const nodes = traces(graphTree({ ...text, nodes: NODES, edges: EDGES })).at(-1)!;
  const [root, left, right, leaf] = nodes.x;
  ok(root < left && left < leaf);
  strictEqual(left, right);
  const down = traces(graphTree({ ...text, nodes: NODES, edges: EDGES, direction: "down" })).at(-1)!;
  ok(down.y[0] < down.y[1] && down.y[1] < down.y[3]);
});

Deno.test("graphTree leads an edge over several layers past the names between", () => {
  const [edges, nodes] = traces(graphTree({ ...text, nodes: NODES, edges: EDGES }));
  const labels = nodes.x.map((x, i) => ({ low: x + 8, high: x + 40, y: nodes.y[i] }));
  const hit = edges.x.some((x, i) =>
    labels.some((l) => x > l.low && x < l.high && Math.abs(edges.y[i] - l.y) < 5)
  );
  strictEqual(hit, false);
});

Deno.test("graphTree refuses an edge to a node that is not there", () => {
  throws(() => graphTree({ ...text, nodes: NODES, edges: [{ from: "root", to: "nobody" }] }), /"nobody"/);
});
