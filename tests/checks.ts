/** One thing that was looked at, and what is wrong with it. */
export interface Check {
  /** "01-cell-ontology.html, dark: 6 figures" */
  readonly name: string;
  readonly problems: readonly string[];
}

/** What `look` finds; what it throws is a problem of this check and not the end of the others. */
export async function attempt(name: string, look: () => Promise<Check>): Promise<Check> {
  try {
    return await look();
  } catch (error) {
    return { name, problems: [String(error)] };
  }
}

/** Prints a check as a line, and its problems below it. */
export function report({ name, problems }: Check): void {
  console.log(`${problems.length === 0 ? "ok    " : "FAILED"} ${name}`);
  for (const problem of problems) console.log(`       ${problem.replaceAll(/\s+/g, " ")}`);
}
