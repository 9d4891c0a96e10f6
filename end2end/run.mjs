// Runs the stories against a server of their own. Arguments go to Playwright: `node run.mjs newcomer --project=script`.
// A first argument `debug` takes the debug build, for `cargo leptos end-to-end`.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { here, start } from "./server.mjs";

const words = process.argv.slice(2);
const isDebug = words[0] === "debug";
if (isDebug) {
  words.shift();
  // The files beside it are of this build now: the release has to be made anew before it is used.
  rmSync(join(here, "../target/release/.lectern-built"), { force: true });
}
const server = await start(isDebug ? { LECTERN_BINARY: "target/debug/lectern" } : {});
const stories = spawn(process.execPath, [join(here, "node_modules/@playwright/test/cli.js"), "test", ...words], {
  cwd: here,
  env: { ...process.env, LECTERN_ORIGIN: server.origin },
  stdio: "inherit",
});
stories.on("exit", (code) => {
  server.stop();
  process.exit(code ?? 1);
});
