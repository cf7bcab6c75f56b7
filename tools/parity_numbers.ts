/** Where one of our results answers a published number. */
export interface Ours {
  readonly task: string;
  readonly set: string;
  readonly metric: string;
}

/** A number that the original prints. */
export interface PublishedNumber {
  readonly experiment: string;
  readonly metric: string;
  readonly value: number;
  /** Absent where no task of ours reports it yet. */
  readonly ours?: Ours;
}

const pair = (
  experiment: string,
  scores: [number, number],
  at?: Omit<Ours, "metric"> & { prefix?: string },
) =>
  ["accuracy", "macro_f1"].map((metric, i): PublishedNumber => ({
    experiment,
    metric,
    value: scores[i],
    ...(at && { ours: { task: at.task, set: at.set, metric: `${at.prefix ?? ""}${metric}` } }),
  }));

const spatial = (set: string, prefix = "") => ({ task: "spatial", set, prefix });

/** The numbers in the saved outputs of the original's notebooks (ORIGINAL section 5). */
export const PUBLISHED_NUMBERS: readonly PublishedNumber[] = [
  ...pair("T cells in cancer, test", [0.8123, 0.7434], { task: "tcell", set: "t_cells_cancer" }),
  ...pair("Spatial, colon within donors, test", [0.8942, 0.7392], spatial("cl-intra")),
  ...pair("Spatial, colon within donors, validation", [0.9311, 0.9021], spatial("cl-intra", "validation_")),
  ...pair("Spatial, colon across donors, validation", [0.9223, 0.9182], spatial("cl-cross", "validation_")),
  ...pair(
    "Spatial, small bowel within donors, validation",
    [0.901, 0.8824],
    spatial("sb-intra", "validation_"),
  ),
  ...pair(
    "Spatial, small bowel across donors, validation",
    [0.9139, 0.8762],
    spatial("sb-cross", "validation_"),
  ),
  {
    experiment: "Cell cycle, the last of 50 epochs",
    metric: "accuracy",
    value: 0.44,
    ours: { task: "cell-cycle", set: "gse64016", metric: "accuracy" },
  },
  {
    experiment: "Cell cycle, the best epoch on the test cells",
    metric: "accuracy",
    value: 0.5467,
  },
  ...pair("Novel types 1, 10 % of the types", [0.6932, 0.5631]),
  ...pair("Novel types 1, 25 %", [0.5406, 0.359]),
  ...pair("Novel types 1, 50 %", [0.4251, 0.2498]),
  ...pair("Novel types 1, 75 %", [0.3767, 0.1943]),
  ...pair("Novel types 1, all", [0.3203, 0.1541]),
  ...pair("Novel types 2, 10 % of the types", [0.5037, 0.4084]),
  ...pair("Novel types 2, 25 %", [0.3282, 0.2652]),
  ...pair("Novel types 2, 50 %", [0.2596, 0.171]),
  ...pair("Novel types 2, 75 %", [0.1908, 0.1264]),
  ...pair("Novel types 2, all", [0.1596, 0.0981]),
];
