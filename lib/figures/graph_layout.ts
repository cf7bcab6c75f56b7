import dagre from "@dagrejs/dagre";
import type { GraphEdge, GraphNode, GraphTree } from "./graph_tree.ts";
import { textWidth } from "./text_width.ts";

/** A node's dot, in pixels from the upper left corner, and its name broken into rows. */
export interface PlacedNode extends GraphNode {
  readonly x: number;
  readonly y: number;
  readonly rows: readonly string[];
}

/** An edge as the points its curve runs through. */
export interface PlacedEdge extends GraphEdge {
  readonly path: readonly (readonly [number, number])[];
}

export interface PlacedGraph {
  readonly nodes: PlacedNode[];
  readonly edges: PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

export const LABEL_SIZE = 11;
const ROW_LETTERS = 24;
const ROW_HEIGHT = 14;
/** From a dot's middle to where its name or its edges begin. */
const GAP = 8;

/** Places nodes in layers and leads edges past the names: from the end of the parent's to the child's dot. */
export function placeGraph({ nodes, edges, direction = "right" }: GraphTree): PlacedGraph {
  const right = direction === "right";
  const layout = new dagre.graphlib.Graph();
  layout.setGraph({ rankdir: right ? "LR" : "TB", nodesep: right ? 9 : 18, ranksep: right ? 52 : 34 });
  layout.setDefaultEdgeLabel(() => ({}));
  const boxes = new Map(nodes.map((node) => [node.id, boxOf(node.label, right)]));
  for (const [id, { width, height }] of boxes) layout.setNode(id, { width, height });
  for (const { from, to } of edges) layout.setEdge(known(boxes, from), known(boxes, to));
  dagre.layout(layout);
  const place = (id: string) => layout.node(id);
  const { width = 0, height = 0 } = layout.graph();
  return {
    nodes: nodes.map((node) => ({
      ...node,
      ...dotOf(place(node.id), right),
      rows: boxes.get(node.id)!.rows,
    })),
    edges: edges.map((edge) => {
      const bends: { x: number; y: number }[] = layout.edge(edge.from, edge.to).points.slice(1, -1);
      return { ...edge, path: pathOf(place(edge.from), place(edge.to), { bends, right }) };
    }),
    width,
    height,
  };
}

function known(boxes: Map<string, unknown>, id: string): string {
  if (boxes.has(id)) return id;
  throw new RangeError(`Cannot draw the graph: an edge names the node "${id}", which is not among the nodes`);
}

interface LabelBox {
  readonly rows: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** Room for the dot and the name beside it (right) or under it (down). */
function boxOf(label: string, right: boolean): LabelBox {
  const rows = wrap(label);
  const text = Math.max(...rows.map((row) => textWidth(row, { size: LABEL_SIZE })));
  const height = rows.length * ROW_HEIGHT;
  return right
    ? { rows, width: text + 3 * GAP, height: Math.max(16, height) }
    : { rows, width: Math.max(24, text), height: height + 2 * GAP };
}

function wrap(label: string): string[] {
  const rows = [""];
  for (const word of label.split(" ")) {
    const row = rows[rows.length - 1];
    if (row && row.length + word.length >= ROW_LETTERS) rows.push(word);
    else rows[rows.length - 1] = row ? `${row} ${word}` : word;
  }
  return rows;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const dotOf = ({ x, y, width, height }: Place, right: boolean) =>
  right ? { x: x - width / 2 + GAP, y } : { x, y: y - height / 2 + GAP };

/** Leaves and arrives along the layers' direction, so that the curve does not cut through names. */
function pathOf(
  from: Place,
  to: Place,
  { bends, right }: { bends: { x: number; y: number }[]; right: boolean },
): [number, number][] {
  const end = dotOf(to, right);
  const middle = bends.slice(1, -1).map(({ x, y }): [number, number] => [x, y]);
  if (right) {
    const start = from.x + from.width / 2;
    return [[start, from.y], [start + GAP, from.y], ...middle, [end.x - 2 * GAP, end.y], [end.x - 4, end.y]];
  }
  const start = from.y + from.height / 2;
  return [[from.x, start], [from.x, start + GAP], ...middle, [end.x, end.y - 2 * GAP], [end.x, end.y - 4]];
}
