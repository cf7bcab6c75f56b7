import { equal, ok } from "node:assert/strict";
import { readLesson } from "tools/build_web_lesson.ts";

Deno.test("readLesson takes five steps from chapter 0, as whole sentences without marks of Markdown", async () => {
  const steps = await readLesson();
  equal(steps.length, 5);
  equal(steps[0].title, "A tour in ten minutes");
  for (const { title, text } of steps) {
    ok(text.length > 80 && text.endsWith("."), title);
    ok(!/[$*`\[\]]/.test(text), text);
  }
});
