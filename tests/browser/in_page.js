/** What the suite asks of a page; installed before any script of the page runs. */
globalThis.kcellfmInspect = {
  /** One state a figure of the page, in order. */
  figures: (root = document) => [...root.querySelectorAll(".kcellfm-figure")].map(stateOf),

  /** Whether every figure has been drawn. */
  drawn: (root = document) =>
    [...root.querySelectorAll(".kcellfm-figure")].every(({ dataset }) => dataset.drawn === "yes"),

  /** How many figures are static pictures that can be seen. */
  pictures: (root) =>
    [...root.querySelectorAll(".kcellfm-figure img")].filter((img) => img.naturalWidth > 0 && hasSize(img))
      .length,

  /** Rules that axe finds broken seriously, each with the first place; not inside of plots, where it knows no words. */
  async serious() {
    const all = { exclude: [[".js-plotly-plot"]] };
    const { violations } = await globalThis.axe.run(all, { resultTypes: ["violations"] });
    return violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(
      ({ id, nodes: [{ html, failureSummary }] }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`,
    );
  },

  /** Whether JupyterLab shows this notebook, with so many code cells, and its kernel waits for work. */
  ready(path, cells) {
    const { context, sessionContext } = globalThis.jupyterapp?.shell.currentWidget ?? {};
    const idle = sessionContext?.session?.kernel?.status === "idle";
    return context?.path === path && context.isReady && idle && codeCells().length === cells;
  },

  /** JupyterLab's model of the open notebook: its code cells and what came out of each. */
  cells: () =>
    codeCells().map(({ model }) => ({
      source: model.sharedModel.getSource(),
      done: model.executionCount !== null && model.executionState === "idle",
      outputs: model.outputs.toJSON().map(({ output_type, data = {}, ename, evalue }) => ({
        type: output_type,
        figure: "application/vnd.plotly.v1+json" in data || /kcellfm-figure/.test(data["text/html"] ?? ""),
        error: ename ? `${ename}: ${evalue}` : "",
      })),
    })),

  /** Scrolls to a code cell, which JupyterLab takes out of the page while it is far away. */
  scrollTo: (index) => notebook().scrollToItem(notebook().widgets.indexOf(codeCells()[index])),
  nodeOf: (index) => codeCells()[index].node,
};

const notebook = () => globalThis.jupyterapp.shell.currentWidget.content;
const codeCells = () =>
  notebook().widgets.filter(({ model }) =>
    model.type === "code" && model.sharedModel.getSource().trim() !== ""
  );

/** Where marks of a plot are: lines, points, bars, boxes, pixels of a heatmap. */
const MARKS = ".mlayer path, .mlayer image, .polarlayer path, .gl-container canvas";

function stateOf(figure) {
  const title = figure.querySelector(".gtitle")?.textContent ?? figure.querySelector("img")?.alt ?? "";
  const boxes = [...figure.querySelectorAll("svg.main-svg, .gl-container canvas")].map(boxOf);
  return {
    title,
    drawn: figure.dataset.drawn === "yes",
    /** The largest drawing surface, in pixels. */
    width: Math.max(0, ...boxes.map(({ width }) => width)),
    height: Math.max(0, ...boxes.map(({ height }) => height)),
    marks: [...figure.querySelectorAll(MARKS)].filter(hasSize).length,
  };
}

const boxOf = (element) => element.getBoundingClientRect();
const hasSize = (element) => boxOf(element).width > 0 || boxOf(element).height > 0;
