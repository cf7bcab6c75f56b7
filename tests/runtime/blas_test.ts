import assert from "node:assert/strict";
import { installCommand, openBlas } from "../../lib/runtime/host/deno/blas.ts";

Deno.test("installCommand names one command for the package manager that is here", () => {
  const only = (path: string) => (place: unknown) => place === path;
  assert.equal(installCommand("linux", only("/usr/bin/apt-get")), "sudo apt-get install libopenblas0");
  assert.equal(installCommand("linux", only("/usr/bin/dnf")), "sudo dnf install openblas");
  assert.equal(installCommand("linux", only("/sbin/apk")), "sudo apk add openblas");
  assert.equal(installCommand("linux", () => false), undefined);
  assert.match(installCommand("windows", () => false)!, /^conda install .*openblas.*KCELLFM_BLAS=/);
});

Deno.test("openBlas gives advice only where nothing was found, not where it was switched off", () => {
  assert.deepEqual([openBlas("off").name, openBlas("off").advice], ["off", undefined]);
});
