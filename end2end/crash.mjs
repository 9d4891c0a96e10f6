// kill -9 right after an answered write: the write is there. Twenty times, each on the same database.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "./server.mjs";

const folder = mkdtempSync(join(tmpdir(), "lectern-crash-"));
const ROUNDS = 20;
let cookie = "";
let origin = "";
let token = "";

async function send(path, fields) {
  const answer = await fetch(origin + path, {
    method: "POST",
    redirect: "manual",
    headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded", origin, "sec-fetch-site": "same-origin", cookie },
    body: new URLSearchParams(token ? { ...fields, _token: token } : fields),
  });
  const set = answer.headers.getSetCookie().find((line) => line.startsWith("lectern="));
  if (set) cookie = set.split(";")[0];
  return answer;
}

let lost = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  const server = await start({}, folder);
  origin = server.origin;
  if (round === 0) await send("/fn/sign_in", { email: "student@lectern.example", password: "correct-lectern-demo" });
  const page = await fetch(`${origin}/account`, { headers: { accept: "text/html", cookie } }).then((answer) => answer.text());
  token = /name="_token" value="([^"]*)"/.exec(page)[1];
  if (round > 0) {
    if (!page.includes(`value="Round ${round - 1}"`)) lost += 1;
  }
  const answer = await send("/fn/save_profile", { name: `Round ${round}` });
  const died = new Promise((resolve) => server.process.once("exit", resolve));
  process.kill(server.process.pid, "SIGKILL");
  if (answer.status !== 303) throw new Error(`round ${round}: ${answer.status}`);
  await died;
}
rmSync(folder, { recursive: true, force: true });
console.log(`killed ${ROUNDS} times right after an answer: ${lost} writes lost`);
process.exit(lost === 0 ? 0 : 1);
