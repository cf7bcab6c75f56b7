export * from "./bars.ts";
export * from "./boxes.ts";
export type { Figure, FigureText } from "./figure.ts";
export * from "./graph_tree.ts";
export * from "./heatmap.ts";
export * from "./histogram.ts";
export * from "./lines.ts";
export * from "./scatter_map.ts";
export * from "./theme.ts";
