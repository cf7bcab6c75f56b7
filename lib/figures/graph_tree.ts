import dagre from "@dagrejs/dagre";
import type { Data } from "plotly.js";
import { type Figure, figure, type FigureText, note } from "./figure.ts";
import { colorAt, DARK, LIGHT, SEQUENTIAL } from "./theme.ts";

export interface GraphNode {
  readonly id: string;
  readonly label: string;
  /** What the pointer shows; default the label. */
  readonly hover?: string;
  /** Category of its colour. */
  readonly group?: string;
  /** A number for its colour, in place of a group. */
  readonly value?: number;
}

export interface GraphEdge {
  /** The upper end: in an ontology the parent. */
  readonly from: string;
  readonly to: string;
  /** Kind of relation; the first kind met is solid, the others dashed. */
  readonly kind?: string;
}

export interface GraphTree extends FigureText {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** "right" (default): roots at the left, names beside the nodes; "down": roots at the top. */
  readonly direction?: "right" | "down";
  /** Title of the colour bar, when nodes have values. */
  readonly valueTitle?: string;
}

/** A node's place in pixels from the upper left corner. */
interface Placed extends GraphNode {
  readonly x: number;
  readonly y: number;
}

const LINE_LENGTH = 24;
const LETTER = 6.1;

/**
 * A tree or a directed acyclic graph in layers (Sugiyama's method, by dagre): every edge points away from the
 * roots and crossings are few. Meant for up to a few hundred nodes.
 *
 * @throws {RangeError} when an edge names a node that is not there.
 */
export function graphTree(graph: GraphTree): Figure {
  const right = graph.direction !== "down";
  const { nodes, width, height } = place(graph, right);
  const kinds = [...new Set(graph.edges.map((edge) => edge.kind ?? ""))];
  const data = [
    ...kinds.map((kind, i) => edgeTrace(graph.edges.filter((edge) => (edge.kind ?? "") === kind), nodes, i)),
    ...nodeTraces([...nodes.values()], graph.valueTitle),
  ];
  const hidden = { visible: false, showgrid: false, zeroline: false };
  const size = { width: graph.width ?? Math.max(760, width), height: graph.height ?? height + 110 };
  return figure(data, { ...graph, ...size }, {
    hovermode: "closest",
    margin: { l: 20, r: 20, t: graph.subtitle ? 78 : 60, b: 16 },
    xaxis: { ...hidden, range: [-16, width + 16] },
    yaxis: { ...hidden, range: [height + 16, -16] },
    legend: { orientation: "h", x: 0, y: 0, yanchor: "top", font: { size: 12 } },
    annotations: [...nodes.values()].map((node) => nodeName(node, right)),
  });
}

function place({ nodes, edges }: GraphTree, right: boolean) {
  const layout = new dagre.graphlib.Graph();
  layout.setGraph({ rankdir: right ? "LR" : "TB", nodesep: right ? 8 : 18, ranksep: right ? 34 : 44 });
  layout.setDefaultEdgeLabel(() => ({}));
  for (const { id, label } of nodes) layout.setNode(id, boxOf(label, right));
  for (const { from, to } of edges) layout.setEdge(requireNode(layout, from), requireNode(layout, to));
  dagre.layout(layout);
  const placed = nodes.map((node): [string, Placed] => {
    const { x, y, width, height } = layout.node(node.id);
    return [node.id, { ...node, x: right ? x - width / 2 + 6 : x, y: right ? y : y - height / 2 + 6 }];
  });
  const { width = 0, height = 0 } = layout.graph();
  return { nodes: new Map(placed), width, height };
}

function requireNode(layout: { hasNode(id: string): boolean }, id: string): string {
  if (layout.hasNode(id)) return id;
  throw new RangeError(`Cannot draw the graph: an edge names the node "${id}", which is not among the nodes`);
}

/** Room for the dot and the name beside it (right) or under it (down). */
function boxOf(label: string, right: boolean): { width: number; height: number } {
  const rows = wrap(label);
  const letters = Math.max(...rows.map((row) => row.length));
  const text = { width: letters * LETTER, height: rows.length * 14 };
  return right
    ? { width: text.width + 22, height: Math.max(16, text.height) }
    : { width: Math.max(24, text.width), height: text.height + 18 };
}

function wrap(label: string): string[] {
  const rows = [""];
  for (const word of label.split(" ")) {
    const row = rows[rows.length - 1];
    if (row && row.length + word.length >= LINE_LENGTH) rows.push(word);
    else rows[rows.length - 1] = row ? `${row} ${word}` : word;
  }
  return rows;
}

function edgeTrace(edges: GraphEdge[], nodes: Map<string, Placed>, index: number): Data {
  const ends = edges.map(({ from, to }) => [nodes.get(from)!, nodes.get(to)!]);
  return {
    type: "scatter",
    mode: "lines",
    name: edges[0].kind ?? "",
    showlegend: edges[0].kind !== undefined,
    x: ends.flatMap(([a, b]) => [a.x, b.x, null]),
    y: ends.flatMap(([a, b]) => [a.y, b.y, null]),
    line: {
      color: index === 0 ? LIGHT.axis : colorAt(index),
      width: 1.2,
      dash: index === 0 ? "solid" : "dash",
    },
    hoverinfo: "skip",
  };
}

function nodeTraces(nodes: Placed[], valueTitle?: string): Data[] {
  if (nodes.some((node) => node.value !== undefined)) return [valuedNodes(nodes, valueTitle ?? "")];
  const groups = [...new Set(nodes.map((node) => node.group ?? ""))];
  return groups.map((group, i) => ({
    ...dots(nodes.filter((node) => (node.group ?? "") === group)),
    name: group,
    showlegend: groups.length > 1,
    marker: { color: colorAt(i), size: 10, line: { color: LIGHT.page, width: 1.5 } },
  }));
}

function valuedNodes(nodes: Placed[], title: string): Data {
  return {
    ...dots(nodes),
    showlegend: false,
    marker: {
      size: 11,
      color: nodes.map((node) => node.value ?? NaN),
      colorscale: SEQUENTIAL,
      showscale: true,
      colorbar: { title: { text: title, side: "right" }, thickness: 12, outlinewidth: 0 },
      line: { color: DARK.axis, width: 0.8 },
    },
  };
}

function dots(nodes: Placed[]) {
  return {
    type: "scatter" as const,
    mode: "markers" as const,
    x: nodes.map((node) => node.x),
    y: nodes.map((node) => node.y),
    text: nodes.map((node) => node.hover ?? node.label),
    hovertemplate: "%{text}<extra></extra>",
  };
}

function nodeName({ x, y, label }: Placed, right: boolean) {
  const text = wrap(label).join("<br>");
  const place = right
    ? { xanchor: "left" as const, xshift: 8, align: "left" as const }
    : { yanchor: "top" as const, yshift: -8 };
  return note(text, { x, y, ...place, font: { size: 11, color: LIGHT.text }, borderpad: 0 });
}
