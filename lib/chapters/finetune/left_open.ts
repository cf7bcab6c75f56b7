import { bars, type Figure, NEUTRAL } from "../../figures/mod.ts";
import { type FoldAnswers, OURS } from "../../experiments/finetune/mod.ts";

/** What became of the cells of one class. */
interface Outcome {
  right: number;
  wrong: number;
  open: number;
}

/**
 * Of each class the shares of its test cells, over all splits, that the model names rightly and wrongly, and that it leaves open
 * because the probability of its answer is below `sure`.
 */
export function leftOpenFigure(
  { folds }: { readonly folds: readonly Pick<FoldAnswers, "truth" | "classes" | "answers">[] },
  sure: number,
): Figure {
  const outcomes = new Map<string, Outcome>();
  for (const { truth, classes, answers } of folds) {
    const { labels, probabilities = new Float32Array() } = answers[OURS];
    truth.forEach((label, i) => {
      const found = outcomes.get(label) ?? { right: 0, wrong: 0, open: 0 };
      const own = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
      const isOpen = Math.max(0, ...own) < sure;
      found[isOpen ? "open" : labels[i] === label ? "right" : "wrong"]++;
      outcomes.set(label, found);
    });
  }
  const sizeOf = ({ right, wrong, open }: Outcome) => right + wrong + open;
  const rows = [...outcomes].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));
  const total = (kind: keyof Outcome) => rows.reduce((sum, [, outcome]) => sum + outcome[kind], 0);
  const named = total("right") + total("wrong");
  const percent = (part: number, of: number) => `${of > 0 ? Math.round(100 * part / of) : 0} %`;
  const { data, layout } = bars({
    title: `Cells named with a probability of at least ${sure}`,
    subtitle: `${percent(named, named + total("open"))} of the cells get a name, ${
      percent(total("right"), named)
    } of these names are right`,
    categories: rows.map(([label]) => label),
    series: (["right", "wrong", "open"] as const).map((kind) => ({
      name: kind === "open" ? "left open" : `named, ${kind}`,
      values: rows.map(([, outcome]) => outcome[kind] / sizeOf(outcome)),
    })),
    value: "share of the class's test cells",
    horizontal: true,
    stacked: true,
    range: [0, 1],
  });
  const grey = { ...data[2], marker: { color: NEUTRAL } } as Figure["data"][number];
  return { data: [data[0], data[1], grey], layout };
}
