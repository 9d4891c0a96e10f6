// What a person feels at a school: 500 students in one course, 30 lessons, 2,000 enrolments on the site, 60 announcements. Each page one
// after another, then 50 readers while an instructor saves once a second. On the release build, in a file of its own, or in the
// empty database of PostgreSQL that LECTERN_BENCH_DATABASE names. A figure above 50 ms (500 for the preview of a list) is marked.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { here, start } from "./server.mjs";

const TIMES = 60;
const READERS = 50;
const SECONDS = 20;
const folder = mkdtempSync(join(tmpdir(), "lectern-bench-"));
const database = process.env.LECTERN_BENCH_DATABASE ?? `sqlite://${folder}/lectern.db`;
const settings = { LECTERN_DATABASE_URL: database, LECTERN_DATA_DIR: folder };
execFileSync(join(dirname(here), "target/release/lectern"), ["demo", "--school"], { env: { ...process.env, ...settings } });
// A server's own upkeep does this within a minute of such a load.
if (database.startsWith("postgres")) execFileSync("psql", ["-q", database, "-c", "vacuum analyze"]);
const server = await start(settings, folder);

let over = 0;
const say = (what, times, budget) => {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (p) => sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))];
  const isOver = at(95) > budget;
  over += isOver ? 1 : 0;
  console.log(`${what.padEnd(34)} p50 ${at(50).toFixed(1).padStart(6)}  p95 ${at(95).toFixed(1).padStart(6)} ms of ${times.length}${isOver ? `  OVER ${budget} ms` : ""}`);
};

async function post(path, fields, cookie = "") {
  const headers = { origin: server.origin, accept: "text/html", cookie, "content-type": "application/x-www-form-urlencoded" };
  return fetch(server.origin + path, { method: "POST", redirect: "manual", headers, body: new URLSearchParams(fields) });
}

async function signIn(email) {
  const answer = await post("/fn/sign_in", { email, password: "correct-lectern-demo" });
  return answer.headers.getSetCookie().find((cookie) => cookie.startsWith("lectern=")).split(";")[0];
}

/** How long a page takes, down to its last byte; it is 200. */
function timed(path, cookie) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const headers = { cookie, accept: "text/html", "accept-encoding": "br" };
    request(new URL(path, server.origin), { headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path}: ${answer.statusCode}`));
      answer.on("data", () => {}).on("end", () => resolve(performance.now() - begun));
    }).on("error", reject).end();
  });
}

/** The fields that a form on a page has hidden, by name. */
async function hidden(path, cookie) {
  const html = await (await fetch(server.origin + path, { headers: { cookie, accept: "text/html" } })).text();
  const inputs = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name, value]) => [name, value]).reverse());
}

async function many(path, cookie, count = TIMES) {
  const times = [];
  for (let n = 0; n < count; n += 1) times.push(await timed(path, cookie));
  return times;
}

try {
  const student = await signIn("student@lectern.example");
  const instructor = await signIn("instructor@lectern.example");
  const school = "/courses/school-course-1";
  const { _token, course } = await hidden(`${school}/announcements/new`, instructor);
  for (let n = 0; n < 60; n += 1) {
    const answer = await post("/fn/post_announcement", { _token, course, title: `News ${n}`, body: "Bring **boots**. ".repeat(20) }, instructor);
    if (!/\/announcements\/\d+$/.test(answer.headers.get("location"))) throw new Error(`not posted: ${answer.status}`);
  }
  /** Saves a lesson with another text, and answers how long that took. */
  const saveLesson = async () => {
    const form = await hidden(`${school}/lessons/lesson-1/edit`, instructor);
    const body = `Saved at ${Date.now()}. ${"A paragraph of a lesson. ".repeat(80)}`;
    const begun = performance.now();
    const fields = { course: form.course, lesson: form.lesson, seen: form.seen, _token: form._token, title: "Lesson 1", body, published: "yes" };
    const answer = await post("/fn/save_lesson", fields, instructor);
    if (!answer.headers.get("location")?.endsWith("/lesson-1")) throw new Error(`not saved: ${answer.status}`);
    return performance.now() - begun;
  };
  const pages = [
    ["home, student", "/", student],
    ["catalogue", "/courses", student],
    ["course, student", "/courses/sessions-and-tokens", student],
    ["lesson", "/courses/sessions-and-tokens/lessons/a-session-is-a-row", student],
    ["a lesson that is being saved", `${school}/lessons/lesson-1`, instructor],
    ["search", "/search?q=letter+seal", student],
    ["search, 1,200 lessons hold it", "/search?q=paragraph", instructor],
    ["your mail", "/account/mail", student],
    ["your calendar", "/account/calendar", student],
    ["course of 500", school, instructor],
    ["people of 500", `${school}/people`, instructor],
    ["people of 500, searched", `${school}/people?q=student+4&sort=joined`, instructor],
    ["progress of 500", `${school}/progress`, instructor],
    ["progress of 500, least first", `${school}/progress?sort=least`, instructor],
    ["plan of 30 lessons", `${school}/lessons`, instructor],
    ["versions of a lesson", `${school}/lessons/lesson-1/versions`, instructor],
    ["files", `${school}/files`, instructor],
    ["announcements, 60", `${school}/announcements`, instructor],
    ["one announcement", `${school}/announcements/30`, instructor],
    ["seats and join code", `${school}/joining`, instructor],
    ["form of a copy", `${school}/copy`, instructor],
    ["settings", `${school}/edit`, instructor],
    ["a lesson to change", `${school}/lessons/lesson-1/edit`, instructor],
    ["places that wait", `${school}/people/awaited`, instructor],
    ["form of a list", `${school}/roster`, instructor],
    ["view as", `${school}/view-as`, instructor],
    ["form of an import", "/courses/import", instructor],
    ["one's own work", "/courses/sessions-and-tokens/mine", student],
    ["join with a code", "/join", student],
  ];
  const people = await (await fetch(`${server.origin}${school}/people`, { headers: { cookie: instructor, accept: "text/html" } })).text();
  const person = people.match(/\/courses\/school-course-1\/people\/\d+/)[0];
  pages.push(["one person", person, instructor], ["why can they", `${person}/why`, instructor]);
  for (const [name, path, cookie] of pages) say(name, await many(path, cookie), 50);

  // The rest of what a person can open without a letter or a half-done sign-in.
  await saveLesson();
  const html = async (path, cookie) => (await fetch(server.origin + path, { headers: { cookie, accept: "text/html" } })).text();
  const [version] = (await html(`${school}/lessons/lesson-1/versions`, instructor)).match(/\/courses\/[^"]*\/versions\/\d+/);
  const ids = [...(await html(`${school}/people`, instructor)).matchAll(/name="picked" value="(\d+)"/g)].map(([, id]) => id);
  const admin = await signIn("admin@lectern.example");
  const code = await post("/fn/make_join_code", { _token, course, code_until: "", code_most: "" }, instructor);
  if (code.status !== 303) throw new Error(`no code: ${code.status}`);
  const [, joinCode] = (await html(`${school}/joining`, instructor)).match(/\/join\/([A-Za-z0-9-]+)/);
  const others = [
    ["sign in", "/login", ""],
    ["sign up", "/signup", ""],
    ["forgotten password", "/forgot", ""],
    ["accessibility", "/accessibility", ""],
    ["the API's reference", "/api", ""],
    ["lab", "/lab", student],
    ["status", "/status", student],
    ["your account", "/account", student],
    ["how you sign in", "/account/security", student],
    ["where you are signed in", "/account/sessions", student],
    ["your tokens", "/account/tokens", student],
    ["what happened to it", "/account/history", student],
    ["a device", "/device", student],
    ["join by a link", `/join/${joinCode}`, student],
    ["accounts", "/admin/users", admin],
    ["accounts, searched", "/admin/users?q=student+4", admin],
    ["invite", "/admin/users/invite", admin],
    ["the log", "/admin/audit", admin],
    ["letters that wait", "/admin/outbox", admin],
    ["the server", "/admin/server", admin],
    ["an account", `/people/${person.split("/").at(-1)}`, admin],
    ["a new course", "/courses/new", instructor],
    ["a new lesson", `${school}/lessons/new`, instructor],
    ["a version beside the text", version, instructor],
    ["an announcement to change", `${school}/announcements/30/edit`, instructor],
    ["25 people, picked", `${school}/people/picked?what=remove${ids.map((id) => `&picked=${id}`).join("")}`, instructor],
    ["the last of 20 pages of people", `${school}/people?page=20`, instructor],
    ["the last of 20 pages of progress", `${school}/progress?page=20&sort=least`, instructor],
  ];
  for (const [name, path, cookie] of others) say(name, await many(path, cookie), 50);
  const viewing = await signIn("instructor@lectern.example");
  const { _token: theirs } = await hidden(`${school}/view-as`, viewing);
  const begins = await post("/fn/begin_view", { _token: theirs, course, person: "", at: "" }, viewing);
  if (!begins.headers.get("location")?.startsWith(school)) throw new Error(`no view: ${begins.status}`);
  say("course, as a student sees it", await many(school, viewing), 50);
  say("lesson, as a student sees it", await many(`${school}/lessons/lesson-1`, viewing), 50);

  const rows = Array.from({ length: 500 }, (_, n) => `pupil${n}@uni.example,Pupil ${n}`).join("\n");
  const begun = performance.now();
  const read = await post("/fn/read_roster", { _token, course, rows }, instructor);
  console.log(`a list of 500 is read in ${(performance.now() - begun).toFixed(0)} ms`);
  say("its preview", await many(read.headers.get("location"), instructor, 20), 500);

  const until = performance.now() + SECONDS * 1000;
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
  const times = [];
  const saves = [];
  const reader = async (number) => {
    const [, path, cookie] = pages[number % pages.length];
    await wait((number * 1000) / READERS);
    while (performance.now() < until) {
      const ms = await timed(path, cookie);
      times.push(ms);
      await wait(1000 - ms);
    }
  };
  const writer = async () => {
    while (performance.now() < until) {
      const begun = performance.now();
      saves.push(await saveLesson());
      await wait(1000 - (performance.now() - begun));
    }
  };
  await Promise.all([writer(), ...Array.from({ length: READERS }, (_, number) => reader(number))]);
  say(`${READERS} readers beside one who saves`, times, 50);
  say("their saves", saves, Infinity);
} finally {
  server.stop();
}
if (over > 0) {
  console.error(`${over} over their budget`);
  process.exitCode = 1;
}
