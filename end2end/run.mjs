// Runs the stories against a server of their own. Arguments go to Playwright: `node run.mjs --project script newcomer`.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { here, start } from "./server.mjs";

const server = await start();
const stories = spawn(process.execPath, [join(here, "node_modules/@playwright/test/cli.js"), "test", ...process.argv.slice(2)], {
  cwd: here,
  env: { ...process.env, LECTERN_ORIGIN: server.origin },
  stdio: "inherit",
});
stories.on("exit", (code) => {
  server.stop();
  process.exit(code ?? 1);
});
