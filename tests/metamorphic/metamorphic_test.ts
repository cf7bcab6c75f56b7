import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { annotate } from "../../lib/annotate/mod.ts";
import { KcellfmError, startBackend } from "../../lib/runtime/mod.ts";
import { inFolder } from "../folder.ts";
import { type Baseline, baseline } from "./cells.ts";
import { type Form, save } from "./form.ts";
import { NAMES } from "./names.ts";
import { STORAGE } from "./storage.ts";
import { REFUSED } from "./refused.ts";
import { thirdOf, VALUES } from "./values.ts";

// The same cells in every form give the same labels, or one line says why not. The table of docs/GUIDE.md is made here, on real
// cells: KCELLFM_MIRROR=... UPDATE_SNAPSHOTS=1 deno task test tests/metamorphic, then read the diff.

const FORMS: readonly Form[] = [...STORAGE, ...NAMES, ...VALUES, ...REFUSED];
const guide = fileURLToPath(new URL("../../docs/GUIDE.md", import.meta.url));
const update = Deno.env.get("UPDATE_SNAPSHOTS") === "1";

/** What came of one form. */
interface Outcome {
  readonly form: Form;
  /** Share of the labels that are the baseline's; null where it was refused. */
  readonly kept: number | null;
  /** What its values were taken for, or the line that refuses it. */
  readonly said: string;
}

const shared = await baseline();
await startBackend();

/** Names of cells by their labels. */
type Labels = ReadonlyMap<string, string>;

async function labelsOf(b: Baseline, path: string, choice: Form["choice"] = {}) {
  const answer = await annotate({ input: path, choice }, {
    embedder: b.embedder,
    ontology: b.ontology,
    seed: 1,
  });
  const { calls, obsNames, input, notes } = answer;
  const labels: Labels = new Map(obsNames.map((name, row) => [name, calls.types[calls.best[row]].id]));
  return { labels, input, notes };
}

const keptOf = (labels: Labels, wanted: Labels): number =>
  [...wanted].filter(([name, label]) => labels.get(name) === label).length / wanted.size;

let wanted: Promise<{ whole: Labels; panel: Labels }> | null = null;

/** Labels of the baseline's counts, and of those of every third gene. */
const baselines = () =>
  wanted ??= (async () => {
    let labels: Labels[] = [];
    await inFolder(async (folder) => {
      const whole = await labelsOf(shared, await save(shared, folder));
      const third = await labelsOf(shared, await save(thirdOf(shared), folder));
      labels = [whole.labels, third.labels];
    });
    return { whole: labels[0], panel: labels[1] };
  })();

async function tryForm(form: Form): Promise<Outcome> {
  const { whole, panel } = await baselines();
  let outcome: Outcome | null = null;
  await inFolder(async (folder) => {
    const path = await form.write(shared, folder);
    try {
      const { labels, input, notes } = await labelsOf(shared, path, form.choice);
      const said = [
        input.values.evidence,
        ...input.values.doubts ?? [],
        input.overlap.summary,
        ...input.overlap.notes,
        ...notes,
      ];
      check(form, said.join(" "), input.values.kind);
      outcome = { form, kept: keptOf(labels, form.panel ? panel : whole), said: input.values.kind };
    } catch (error) {
      if (!(error instanceof KcellfmError)) throw error;
      outcome = { form, kept: null, said: error.message };
    }
  });
  return outcome as unknown as Outcome;
}

function check(form: Form, said: string, kind: string): void {
  if (form.kind) assert.equal(kind, form.kind, said);
  if (form.said) assert.match(said, form.said);
}

const outcomes: Outcome[] = [];

Deno.test("the baseline's labels are of several types, on few genes as on many", async () => {
  const { whole, panel } = await baselines();
  assert.equal(whole.size, shared.cells.length);
  for (const labels of [whole, panel]) assert.ok(new Set(labels.values()).size >= 4);
});

for (const form of FORMS) {
  Deno.test(`the same cells as ${form.group}: ${form.name}`, async () => {
    const outcome = await tryForm(form);
    outcomes.push(outcome);
    if (typeof form.kept !== "number") {
      assert.equal(outcome.kept, null, `named as ${outcome.said}`);
      assert.match(outcome.said, form.kept);
      assert.ok(!outcome.said.includes("\n"));
    } else {assert.ok(
        (outcome.kept ?? -1) >= form.kept,
        `${outcome.kept} of the labels are kept: ${outcome.said}`,
      );}
  });
}

Deno.test("the table of docs/GUIDE.md says what the forms showed on real cells", async () => {
  assert.ok(FORMS.length >= 60, `${FORMS.length}`);
  assert.equal(outcomes.length, FORMS.length);
  const table = tableOf(outcomes);
  console.log(table);
  if (!shared.real) return;
  const text = await Deno.readTextFile(guide);
  const [start, end] = ["<!-- forms -->\n", "<!-- /forms -->"].map((mark) => text.indexOf(mark));
  assert.ok(start > 0 && end > start, "the marks of the table are missing");
  const filled = `${text.slice(0, start)}<!-- forms -->\n${table}${text.slice(end)}`;
  if (update) await Deno.writeTextFile(guide, filled);
  else assert.equal(text, filled);
});

const TITLES = {
  storage: "container, layout, order",
  names: "names of genes",
  values: "values",
  refused: "refused",
};

function tableOf(all: readonly Outcome[]): string {
  const rows = all.map(({ form, kept, said }) => {
    const result = kept === null ? lineOf(said) : `${Math.round(100 * kept)} %`;
    return `| ${TITLES[form.group]} | ${form.name.replace("|", "\\|")} | ${
      kept === null ? "" : `\`${said}\``
    } | ${result} |`;
  });
  return ["| | the same cells as | taken for | labels kept |", "|---|---|---|---|", ...rows, ""].join("\n");
}

/** The line without the file's name, which is a temporary one. */
const lineOf = (line: string): string =>
  line.replaceAll(/\S*cells\.(h5ad|csv)/g, "FILE").replaceAll("|", "\\|");
