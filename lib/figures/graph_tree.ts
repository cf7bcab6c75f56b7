import type { Data } from "plotly.js";
import { colorBar, type Figure, figure } from "./figure.ts";
import { LABEL_SIZE, type PlacedEdge, type PlacedNode, placeGraph } from "./graph_layout.ts";
import { colorAt, LIGHT, NEUTRAL, SEQUENTIAL } from "./theme.ts";
import type { GraphTree } from "./graph.ts";

/** Not to be made narrower: names have just the room they need (`figureHtml`); missing in the types. */
const RIGID = { meta: { rigid: true } } as object;

/** Legends must not push the plot's edges, where one unit is one pixel; missing in the types. */
const FIXED = { autoexpand: false } as object;

/**
 * A tree or a directed acyclic graph in layers (Sugiyama's method, by dagre): every edge points away from the
 * roots and crossings are few. Meant for up to a few hundred nodes.
 *
 * @throws {RangeError} when an edge names a node that is not there.
 */
export function graphTree(graph: GraphTree): Figure {
  const { nodes, edges, width, height } = placeGraph(graph);
  const byKind = [...Map.groupBy(edges, (edge) => edge.kind ?? "")];
  const data = [
    ...byKind.map(([kind, members], i) => edgeTrace(kind, members, i)),
    ...nodeTraces(nodes, graph),
  ];
  const legend = data.some((trace) => "showlegend" in trace && trace.showlegend);
  const top = graph.subtitle ? 78 : 60, bottom = legend ? 44 : 16;
  const size = {
    width: graph.width ?? Math.max(760, width + 60),
    height: graph.height ?? height + 20 + top + bottom,
  };
  const hidden = { visible: false, showgrid: false, zeroline: false };
  return figure(data, { ...graph, ...size }, {
    ...RIGID,
    hovermode: "closest",
    margin: { l: 20, r: 20, t: top, b: bottom, ...FIXED },
    // one unit is one pixel, so that edges begin where names end
    xaxis: { ...hidden, range: [-10, size.width - 50] },
    yaxis: { ...hidden, range: [size.height - top - bottom - 10, -10] },
    legend: { orientation: "h", x: 0, y: 0, yanchor: "top", font: { size: 12 } },
  });
}

function edgeTrace(kind: string, edges: PlacedEdge[], index: number): Data {
  return {
    type: "scatter",
    mode: "lines",
    name: kind,
    showlegend: kind !== "",
    x: edges.flatMap(({ path }) => [...path.map(([x]) => x), null]),
    y: edges.flatMap(({ path }) => [...path.map(([, y]) => y), null]),
    line: {
      color: index === 0 ? LIGHT.axis : colorAt(index),
      width: 1.2,
      dash: index === 0 ? "solid" : "dash",
    },
    hoverinfo: "skip",
  };
}

function nodeTraces(nodes: PlacedNode[], graph: GraphTree): Data[] {
  const valued = nodes.filter((node) => node.value !== undefined);
  if (valued.length > 0) {
    const others = nodes.filter((node) => node.value === undefined);
    return [...(others.length > 0 ? [plainNodes(others, graph)] : []), valuedNodes(valued, graph)];
  }
  const byGroup = [...Map.groupBy(nodes, (node) => node.group ?? "")];
  const named = byGroup.filter(([group]) => group !== "").map(([group]) => group);
  const colorOf = (group: string) =>
    group === "" && named.length > 0 ? NEUTRAL : colorAt(named.indexOf(group) + 2);
  return byGroup.map(([group, members]) => ({
    ...dots(members, graph),
    name: group,
    showlegend: group !== "",
    marker: { color: named.length > 0 ? colorOf(group) : colorAt(0), size: 9 },
  }));
}

function plainNodes(nodes: PlacedNode[], graph: GraphTree): Data {
  return { ...dots(nodes, graph), showlegend: false, marker: { color: NEUTRAL, size: 7 } };
}

function valuedNodes(nodes: PlacedNode[], graph: GraphTree): Data {
  return {
    ...dots(nodes, graph),
    showlegend: false,
    marker: {
      size: 11,
      color: nodes.map((node) => node.value ?? NaN),
      colorscale: SEQUENTIAL,
      ...(graph.valueRange && { cmin: graph.valueRange[0], cmax: graph.valueRange[1] }),
      showscale: true,
      colorbar: colorBar(graph.valueTitle ?? ""),
      line: { color: LIGHT.axis, width: 0.8 },
    },
  };
}

function dots(nodes: PlacedNode[], { direction }: GraphTree) {
  return {
    type: "scatter" as const,
    mode: "text+markers" as const,
    x: nodes.map((node) => node.x),
    y: nodes.map((node) => node.y),
    text: nodes.map((node) => node.rows.join("<br>")),
    textposition: direction === "down" ? "bottom center" as const : "middle right" as const,
    textfont: { size: LABEL_SIZE, color: LIGHT.text },
    cliponaxis: false,
    customdata: nodes.map((node) => node.hover ?? node.label),
    hovertemplate: "%{customdata}<extra></extra>",
  };
}
