// What the ways to sign in cost: a page while 500 mails leave, and a second step on top of a sign-in. On the release build.
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { here, start } from "./server.mjs";
import { appCode, services } from "./services.mjs";

const MAILS = 500;
const folder = mkdtempSync(join(tmpdir(), "lectern-bench-"));
const at = await services("mail");
execFileSync(join(dirname(here), "target/release/lectern"), ["demo", "--school"], {
  env: { ...process.env, LECTERN_DATABASE_URL: `sqlite://${folder}/lectern.db`, LECTERN_DATA_DIR: folder },
});
// Each asks from an address of its own, as people do.
const server = await start({ LECTERN_SMTP_URL: at.mail, LECTERN_TRUSTED_PROXIES: "127.0.0.1" }, folder);
const percent = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))].toFixed(1);
const say = (what, times) => {
  const sorted = times.toSorted((one, other) => one - other);
  console.log(`${what}: p50 ${percent(sorted, 50)} ms, p95 ${percent(sorted, 95)} ms, of ${times.length}`);
};

function browser(address) {
  const cookies = new Map();
  const keep = (answer) => {
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split("=");
      if (value) cookies.set(name, value);
      else cookies.delete(name);
    }
    return answer;
  };
  const headers = () => ({ accept: "text/html", "x-forwarded-for": address, cookie: [...cookies].map((pair) => pair.join("=")).join("; ") });
  const get = async (path) => keep(await fetch(server.origin + path, { headers: headers(), redirect: "manual" }));
  // The mark of our own page: the first of its kind on it.
  const post = async (path, fields, page) => {
    const token = page && /name="_token" value="([^"]*)"/.exec(await (await get(page)).text())?.[1];
    const begun = performance.now();
    const answer = keep(await fetch(server.origin + path, {
      method: "POST", redirect: "manual", body: new URLSearchParams(token ? { ...fields, _token: token } : fields),
      headers: { ...headers(), origin: server.origin, "sec-fetch-site": "same-origin" },
    }));
    return { to: answer.headers.get("location"), status: answer.status, took: performance.now() - begun, page: get };
  };
  return { get, post };
}

async function courses() {
  const begun = performance.now();
  await (await fetch(`${server.origin}/courses`, { headers: { accept: "text/html" } })).text();
  return performance.now() - begun;
}

const quiet = [];
for (let count = 0; count < 300; count += 1) quiet.push(await courses());
say("/courses, nothing else", quiet);

const received = () => readdirSync(at.received).filter((name) => name.endsWith(".eml")).length;
const begun = performance.now();
let isDone = false;
const meanwhile = [];
const reading = (async () => { while (!isDone) meanwhile.push(await courses()); })();
// Ten at a time, since an answer takes 50 ms at least: nobody is to tell by it whether there is an account.
let asked = 0;
const asking = Array.from({ length: 10 }, async () => {
  while (asked < MAILS) {
    asked += 1;
    const number = asked;
    const email = `school${String(number).padStart(3, "0")}@lectern.example`;
    const { status } = await browser(`10.1.${number >> 8}.${number & 255}`).post("/fn/ask_reset", { email });
    if (status !== 303) throw new Error(`${email}: ${status}`);
  }
});
await Promise.all(asking);
while (received() < MAILS) await new Promise((resolve) => setTimeout(resolve, 20));
isDone = true;
await reading;
console.log(`${MAILS} mails asked for and received in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
say("/courses meanwhile", meanwhile);

const email = "student07@lectern.example";
const password = "correct-lectern-demo";
const own = browser("10.3.0.1");
await own.post("/fn/sign_in", { email, password }, "/login");
await own.post("/fn/begin_code_app", {}, "/account/security");
const page = await (await own.get("/account/security/code-app")).text();
const key = /<code class="key">([^<]*)</.exec(page)[1];
await own.post("/fn/confirm_code_app", { code: await appCode(key, -30) }, "/account/security/code-app");
const recovery = async () => {
  const shown = await (await own.get("/account/security/recovery-codes")).text();
  return [...shown.matchAll(/<li><code>([^<]*)</g)].map((found) => found[1]);
};
const [plain, first, second, more] = [[], [], [], []];
for (let round = 0; round < 4; round += 1) {
  if (round) await own.post("/fn/make_recovery_codes", {}, "/account/security");
  for (const code of await recovery()) {
    // One right after the other: what else the machine does falls on both. Hashing differs by more than what is measured.
    const address = `10.4.${round}.${second.length}`;
    const without = await browser(address).post("/fn/sign_in", { email: "student08@lectern.example", password }, "/login");
    if (without.to !== "/") throw new Error(`${without.status} ${without.to}`);
    const person = browser(address);
    const half = await person.post("/fn/sign_in", { email, password }, "/login");
    if (half.to !== "/login/second") throw new Error(`${half.status} ${half.to}`);
    const done = await person.post("/fn/second_step", { code }, "/login/second");
    if (done.to !== "/") throw new Error(`${code}: ${done.status} ${done.to}`);
    plain.push(without.took);
    first.push(half.took);
    second.push(done.took);
    more.push(half.took + done.took - without.took);
  }
}
say("signing in with a password", plain);
say("the same, up to the second step", first);
say("the second step", second);
say("both together, more than the password alone", more);
server.stop();
at.stop();
