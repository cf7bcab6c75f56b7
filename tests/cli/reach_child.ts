/** Run by permissions_test.ts under the permissions of a task: says what of the outside it can reach. */
const tries: Record<string, () => unknown> = {
  "the network": () => fetch("http://127.0.0.1:8080/"),
  "a name on the network": () => Deno.resolveDns("example.org", "A"),
  "another program": () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).output(),
  "code from elsewhere": () => import(`https://${"example.org"}/code.ts`),
};
for (const [what, reach] of Object.entries(tries)) {
  const error = await Promise.try(reach).then(() => null, (error) => error);
  const isDenied = error instanceof Deno.errors.NotCapable || /Requires (import|net) access/.test(`${error}`);
  console.log(`${what}: ${isDenied ? "denied" : "reached"}`);
}
