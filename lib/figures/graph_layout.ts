import dagre from "@dagrejs/dagre";
import type { GraphEdge, GraphNode, GraphTree } from "./graph.ts";
import { textWidth } from "./text_width.ts";

/** A node's dot, in pixels from the upper left corner, and its name broken into rows. */
export interface PlacedNode extends GraphNode {
  readonly x: number;
  readonly y: number;
  readonly rows: readonly string[];
}

type Point = readonly [number, number];

/** An edge as the points of its curve. */
export interface PlacedEdge extends GraphEdge {
  readonly path: readonly Point[];
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
/** From a dot's middle to where its name begins, and from a name to its edges. */
const GAP = 8;

/**
 * Places nodes in layers and leads edges past the names: from the end of the parent's to the child's dot, level
 * through every layer between. Coordinates are worked out with layers from left to right ("along" them, and
 * "across") and turned for graphs that grow down.
 */
export function placeGraph({ nodes, edges, direction = "right" }: GraphTree): PlacedGraph {
  const down = direction === "down";
  const boxes = new Map(nodes.map((node) => [node.id, boxOf(node.label, down)]));
  const layers = layOut(boxes, edges, down);
  const turned = ([along, across]: Point): Point => down ? [across, along] : [along, across];
  const dot = (id: string): Point => [layers.start(id) + GAP, layers.across(id)];
  const placed = nodes.map((node) => {
    const [x, y] = turned(dot(node.id));
    return { ...node, x, y, rows: boxes.get(node.id)!.rows };
  });
  const led = edges.map((edge) => {
    const { along } = boxes.get(edge.from)!;
    const [, across] = dot(edge.from), [end, endAcross] = dot(edge.to);
    const start: Point = [layers.start(edge.from) + along - GAP / 2, across];
    return { ...edge, path: curve([start, ...layers.bends(edge), [end - 5, endAcross]]).map(turned) };
  });
  const [width, height] = turned(layers.size);
  return { nodes: placed, edges: led, width, height };
}

interface LabelBox {
  readonly rows: readonly string[];
  /** Pixels along and across the layers, with room for the dot. */
  readonly along: number;
  readonly across: number;
}

function boxOf(label: string, down: boolean): LabelBox {
  const rows = wrap(label);
  const text = Math.max(...rows.map((row) => textWidth(row, { size: LABEL_SIZE })));
  const height = rows.length * ROW_HEIGHT;
  return down
    ? { rows, along: height + 3 * GAP, across: Math.max(24, text + GAP) }
    : { rows, along: text + 3 * GAP, across: Math.max(16, height) };
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

/** dagre's answer: where each node's box starts along its layer, and where edges cross the layers between. */
function layOut(boxes: Map<string, LabelBox>, edges: readonly GraphEdge[], down: boolean) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: down ? 16 : 9, edgesep: 7, ranksep: 38 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [id, { along, across }] of boxes) graph.setNode(id, { width: along, height: across });
  for (const { from, to } of edges) graph.setEdge(known(boxes, from), known(boxes, to));
  dagre.layout(graph);
  const places = [...boxes.keys()].map((id) => graph.node(id));
  const columns = columnsOf(places);
  const columnAt = (x: number) => columns.find(({ low, high }) => low <= x && x <= high);
  return {
    size: [
      Math.max(0, ...columns.map(({ high }) => high)),
      Math.max(0, ...places.map(({ y, height }) => y + height / 2)),
    ] as Point,
    // boxes of one layer are flush, so that their dots stand in line
    start: (id: string) => columnAt(graph.node(id).x)!.low,
    across: (id: string): number => graph.node(id).y,
    bends({ from, to }: GraphEdge): Point[] {
      const inner: { x: number; y: number }[] = graph.edge(from, to).points.slice(1, -1);
      return inner.flatMap(({ x, y }): Point[] => {
        const column = columnAt(x);
        return column ? [[column.low, y], [column.high, y]] : [];
      });
    },
  };
}

function known(boxes: Map<string, unknown>, id: string): string {
  if (boxes.has(id)) return id;
  throw new RangeError(`Cannot draw the graph: an edge names the node "${id}", which is not among the nodes`);
}

/** The extent of each layer: boxes of one layer share their middle. */
function columnsOf(places: { x: number; width: number }[]): { low: number; high: number }[] {
  const byMiddle = Map.groupBy(places, ({ x }) => Math.round(x));
  return [...byMiddle].map(([middle, members]) => {
    const half = Math.max(...members.map(({ width }) => width)) / 2;
    return { low: middle - half, high: middle + half };
  });
}

const STEPS = 14;

/** Cubic Bezier curves through the points, level at each of them. */
function curve(points: Point[]): Point[] {
  return points.flatMap(([x1, y1], i) => {
    if (i === 0) return [[x1, y1]];
    const [x0, y0] = points[i - 1];
    if (y0 === y1) return [[x1, y1]];
    return Array.from({ length: STEPS }, (_, k): Point => {
      const t = (k + 1) / STEPS, s = 1 - t, middle = (x0 + x1) / 2;
      const along = s ** 3 * x0 + 3 * s * t * middle + t ** 3 * x1;
      return [along, (s ** 3 + 3 * s * s * t) * y0 + (t ** 3 + 3 * s * t * t) * y1];
    });
  });
}
