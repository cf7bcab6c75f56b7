import { match, ok, strictEqual } from "node:assert/strict";
import pl from "nodejs-polars";
import type { Figure } from "../../lib/figures/mod.ts";
import { type Bundle, frameHtml, liveLoss, type Output, progress } from "../../lib/notebook/mod.ts";

function recorder() {
  const calls: { bundle: Bundle; id?: string; update?: boolean }[] = [];
  const output: Output = {
    rich: true,
    display: (bundle, options = {}) => Promise.resolve(void calls.push({ bundle, ...options })),
  };
  return { calls, output };
}

Deno.test("frameHtml shows names, rounds numbers, marks missing values and counts what it leaves out", () => {
  const frame = pl.DataFrame({ gene: ["CD3E", "a<b", "x"], share: [0.123456, null, 2], n: [1200, 3, 4] });
  const html = frameHtml(frame, { rows: 2 });
  for (
    const part of [
      '<th scope="col">gene</th>',
      "0.1235",
      "1,200",
      "a&lt;b",
      "and 1 more rows",
      ">-</span>",
    ]
  ) {
    ok(html.includes(part), part);
  }
  ok(!html.includes(">x</td>"), "the third row is left out");
  match(html, /<td class="n">1,200</, "numbers stand at the right");
});

Deno.test("progress updates one display in place, at most four times a second, and always shows the end", async () => {
  const { calls, output } = recorder();
  let clock = 0;
  const bar = progress("reading", 1000, { unit: "cells", now: () => clock, output });
  for (let done = 1; done <= 1000; done++, clock += 1) await bar.update(done, "loss 0.4");
  await bar.finish("done");
  // one a quarter of the one second that passes, then the last
  strictEqual(calls.length, 5);
  ok(calls.every(({ id }) => id === calls[0].id));
  strictEqual(calls.map(({ update }) => update).join(), "false,true,true,true,true");
  strictEqual(
    calls.at(-1)!.bundle["text/plain"],
    "reading: 1,000 of 1,000 cells, 1,000 cells/s, 1.0 s, done",
  );
});

Deno.test("progress says how long is left", async () => {
  const { calls, output } = recorder();
  let clock = 0;
  const bar = progress("training", 100, { now: () => clock, output });
  clock = 30_000;
  await bar.update(20);
  strictEqual(calls[0].bundle["text/plain"], "training: 20 of 100 steps, 0.67 steps/s, 2 min 0 s left");
});

Deno.test("liveLoss draws its curve in place, at most once a second, and at the end for the pointer", async () => {
  const { calls, output } = recorder();
  let clock = 0;
  const curve = liveLoss("training", 600, { now: () => clock, output });
  for (let step = 1; step <= 600; step++, clock += 5) await curve.update(step, 1 / step);
  await curve.finish();
  // one at the start, two in the three seconds that pass, the last
  strictEqual(calls.map(({ update }) => update).join(), "false,true,true,true");
  const html = calls.map(({ bundle }) => String(bundle["text/html"]));
  ok(!html[0].includes("<img"), "one point is no curve");
  ok(html[1].includes("<img") && !html[1].includes("<script"), "a picture while it grows");
  ok(html[3].includes("kcellfm-figure"), "a figure in the end");
  const figure = calls[3].bundle["application/vnd.plotly.v1+json"] as Figure;
  const [{ x, y }] = figure.data as { x: number[]; y: number[] }[];
  strictEqual(x.length, 120);
  // means of steps 1 to 5, and of 596 to 600
  ok(Math.abs(x[0] - 3) < 1e-6 && Math.abs(y[0] - (1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5) / 5) < 1e-5);
  strictEqual(x[119], 598);
});

Deno.test("show and header print text where there is no notebook", async () => {
  const code = `
    import { header, show } from "lib/notebook/mod.ts";
    import { bars } from "lib/figures/mod.ts";
    const series = [{ name: "n", values: [1] }];
    await show(bars({ title: "Cells", categories: ["B cell"], value: "cells", series }));
    await header({ data: { name: "made up", real: false, cells: 1200 }, preset: "nano", backend: { name: "wasm", why: "first" } });
  `;
  const args = ["eval", code];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
  const text = new TextDecoder().decode(stdout);
  ok(text.startsWith("[figure: Cells]\nsimulated data\ndata: made up, 1,200 cells\npreset: nano\n"), text);
});
