import { deepStrictEqual, match, ok } from "node:assert/strict";
import { notebookFiles } from "tools/check_house.ts";
import { ROOT } from "../../lib/runtime/paths.ts";

const chapters = (await notebookFiles(ROOT)).map(({ path, notebook: { cells } }) => ({
  path,
  cells,
  text: cells.filter((cell) => cell.cell_type === "markdown").map(({ source }) => source).join("\n\n"),
}));

Deno.test("chapters say what is learned, ask to try something, and end in what goes wrong and where to read on", () => {
  ok(chapters.length >= 16);
  for (const { path, text } of chapters) {
    match(text, /^# \d+[a-d]?\. /, path);
    match(text, /You will learn\n\n(- .+\n( {2}.+\n)*){3}/, path);
    match(text, /^## Try it$[\s\S]*^## What can go wrong$[\s\S]*^## Where to read on$/m, path);
    match(text, /^\| What you see +\| What it means +\|$/m, path);
  }
});

Deno.test("the cell to try begins with the one value to change", () => {
  for (const { path, cells } of chapters) {
    const heading = cells.findIndex(({ source }) => /^## Try it$/m.test(source));
    const { cell_type, source } = cells[heading + 1];
    deepStrictEqual(cell_type, "code", path);
    match(source, /^const \w+ = ("[^"]*"|[\d.]+);\n/, path);
    match(source, /await show\(/, path);
  }
});

Deno.test("formulas stand on one line and end where the site's reader expects it", () => {
  for (const { path, text } of chapters) {
    const prose = text.replaceAll(/`[^`]*`/g, "");
    for (const line of prose.split("\n")) {
      deepStrictEqual((line.match(/\$/g) ?? []).length % 2, 0, `${path}: ${line}`);
      for (const [formula, next] of line.matchAll(/\$\$?[^$]+\$\$?(.?)/g)) {
        match(next ?? "", /^[\s.,:?!]?$/, `${path}: ${formula}`);
      }
    }
  }
});
