/** Run by permissions_test.ts with the permissions of `perturb`: what a command can reach on the network once it has run. */
import { command } from "../../lib/cli/perturb.ts";
import { runCommand } from "../../lib/cli/run.ts";

const state = () => Deno.permissions.querySync({ name: "net", host: "github.com" }).state;
const before = state();
const code = await runCommand(command, Deno.args);
const error = await fetch("http://127.0.0.1:8080/").then(() => null, (error) => error);
console.log(
  `${before}, ${state()}, ${error instanceof Deno.errors.NotCapable ? "denied" : "reached"}, exit ${code}`,
);
