import type { FigureText } from "./figure.ts";

export interface GraphNode {
  readonly id: string;
  readonly label: string;
  /** Text shown under the pointer; default the label. */
  readonly hover?: string;
  /** Category of its colour; nodes without one are grey, or all alike when none has one. */
  readonly group?: string;
  /** A number for its colour, in place of a group; where some have one, the others are grey and small. */
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
  /** Values at the two ends of the colours; default the smallest and the largest. */
  readonly valueRange?: readonly [number, number];
}
