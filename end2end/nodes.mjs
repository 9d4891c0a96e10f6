// Several nodes: one killed, both rolled, what one decides refused on the other, and services that go away and come back.
// ROUNDS is how often each refusal is tried (the 1,000 takes minutes; `make test` tries fewer).
import { Client, each } from "./nodes/client.mjs";
import { Services, cluster, pause } from "./nodes/cluster.mjs";
import * as tokens from "./nodes/tokens.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 60);
const CLIENTS = Number(process.env.CLIENTS ?? 200);
const ONLY = process.argv[2];

const broken = [];
function want(holds, words) {
  if (!holds) {
    broken.push(words);
    console.log(`  FAILED: ${words}`);
  }
}

const services = new Services("postgres", "redis");
const stories = {
  async rolling() {
    const site = await cluster(services, "rolling", `${services.addresses.redis}/6`);
    try {
      const people = Array.from({ length: CLIENTS }, (_, at) => ({ client: new Client(site.origin), said: [`N${at}`], tried: [] }));
      // As many at once as two cores can check passwords for.
      await each(people, 6, async ({ client, said }, at) => {
        const answer = await client.signUp(`n${at}@uni.example`, said[0]);
        if (answer.status !== 303) throw new Error(`signing up: ${answer.status} ${answer.text}`);
      });
      const begun = performance.now();
      const clock = () => (performance.now() - begun) / 1000;
      const failures = [];
      let [answered, written, going] = [0, 0, true];
      const load = people.map(async (person, at) => {
        for (let turn = 0; going; turn += 1) {
          const writes = (turn + at) % 5 === 0;
          const name = `N${at} turn ${turn}`;
          const sent = clock();
          if (writes) person.tried.push(name);
          const page = writes ? await person.client.post("/fn/save_profile", { name }) : await person.client.get("/account");
          if (writes && page.status === 303 && page.location === "/account") {
            person.said.push(name);
            person.tried = [];
            written += 1;
          } else if (!writes && Client.nameIn(page)) {
            answered += 1;
          } else {
            failures.push({ sent, ended: clock(), status: page.status, writes, location: page.location, text: page.text.slice(0, 80) });
          }
          await pause(0.1 + Math.random() * 0.3);
        }
      });
      const moments = {};
      const [first, second] = site.nodes;
      await pause(3);
      moments.killed = clock();
      await first.kill();
      await pause(3);
      await first.start();
      moments.back = clock();
      await pause(2);
      for (const node of [first, second]) {
        moments[`rolled ${node.port}`] = clock();
        want((await node.stop()) === 0, "a node told to stop ends well");
        await node.start();
        await pause(1);
      }
      moments.ended = clock();
      going = false;
      await Promise.all(load);
      let [signedOut, lost] = [0, 0];
      await each(people, 20, async (person) => {
        const name = Client.nameIn(await person.client.get("/account"));
        if (!name) signedOut += 1;
        else if (name !== person.said.at(-1) && !person.tried.includes(name)) lost += 1;
      });
      const atTheKill = failures.filter((failure) => failure.sent <= moments.killed + 0.2 && failure.ended >= moments.killed - 0.2);
      console.log(`  ${CLIENTS} clients for ${moments.ended.toFixed(1)} s: ${answered} pages and ${written} writes answered; kill -9 at ${moments.killed.toFixed(1)} s, back at ${moments.back.toFixed(1)} s, both rolled`);
      console.log(`  failed: ${atTheKill.length} in flight on the killed node, ${failures.length - atTheKill.length} others; signed out: ${signedOut}; answered writes lost: ${lost}`);
      for (const failure of failures.filter((failure) => !atTheKill.includes(failure)).slice(0, 5)) console.log("  ", JSON.stringify(failure));
      want(failures.length === atTheKill.length, "requests fail only in flight on the killed node");
      want(signedOut === 0, "nobody is signed out");
      want(lost === 0, "no answered write is lost");
      want(answered > CLIENTS * 5 && written > CLIENTS, "there was a load");
    } finally {
      await site.stop();
    }
  },

  async refusals() {
    const site = await cluster(services, "refusals");
    try {
      const [here, there] = site.nodes.map((node) => node.origin);
      site.lectern("demo");
      const admin = new Client(site.origin);
      await admin.signIn("admin@lectern.example", "correct-lectern-demo");
      const sam = new Client(site.origin);
      await sam.signUp("sam@uni.example", "Sam Poe");
      const person = /\/people\/(\d+)/.exec((await admin.get("/admin/users?q=sam@uni.example")).text)[1];
      const missed = { role: 0, revoked: 0, disabled: 0 };
      const done = async (action, fields, at) => {
        const answer = await admin.post(action, { person, ...fields }, at);
        if (answer.status !== 303) throw new Error(`${action}: ${answer.status}`);
      };
      for (let round = 0; round < ROUNDS; round += 1) {
        const [decides, asked] = round % 2 ? [here, there] : [there, here];
        await done("/fn/save_role", { role: "instructor" }, decides);
        if ((await sam.get("/courses/new", asked)).status !== 200) missed.role += 1;
        await done("/fn/save_role", { role: "student" }, decides);
        if ((await sam.get("/courses/new", asked)).status !== 403) missed.role += 1;
        await done("/fn/end_their_sign_ins", {}, decides);
        if ((await sam.get("/account", asked)).status === 200) missed.revoked += 1;
        await sam.signIn("sam@uni.example");
        await done("/fn/disable_account", {}, decides);
        if ((await sam.get("/account", asked)).status === 200) missed.disabled += 1;
        await done("/fn/enable_account", {}, decides);
        await sam.signIn("sam@uni.example");
        want((await sam.get("/account", asked)).status === 200, "who signs in again is signed in");
      }
      console.log(`  ${ROUNDS} rounds, decided on one node and asked on the other: missed ${JSON.stringify(missed)}`);
      want(Object.values(missed).every((count) => count === 0), "what one node decides holds on the other at the next request");
    } finally {
      await site.stop();
    }
  },

  async tokens() {
    const site = await cluster(services, "tokens");
    try {
      const nodes = site.nodes.map((node) => node.origin);
      await new Client(site.origin).signUp("sam@uni.example", "Sam Poe");
      const missed = await tokens.rounds(nodes, ROUNDS);
      console.log(`  ${ROUNDS} rounds with tokens, decided on one node and asked on the other: missed ${JSON.stringify(missed)}`);
      want(Object.values(missed).every((count) => count === 0), "what one node takes back is gone on the other, and a race ends nobody's sign-in");
      for (const words of await tokens.keys(site, nodes)) want(false, words);
    } finally {
      await site.stop();
    }
  },

  async outages() {
    const site = await cluster(services, "outages", `${services.addresses.redis}/7`);
    const [node] = site.nodes;
    try {
      const people = Array.from({ length: 20 }, (_, at) => ({ client: new Client(site.origin), said: `O${at}`, tried: [] }));
      await each(people, 6, ({ client, said }, at) => client.signUp(`o${at}@uni.example`, said));
      const during = async (name, gone) => {
        let going = true;
        const seen = {};
        const wrong = [];
        const load = people.map(async (person, at) => {
          for (let turn = 0; going; turn += 1) {
            const writes = (turn + at) % 2 === 0;
            const words = `O${at} ${name} ${turn}`;
            if (writes) person.tried.push(words);
            const page = writes ? await person.client.post("/fn/save_profile", { name: words }) : await person.client.get("/account");
            seen[page.status] = (seen[page.status] ?? 0) + 1;
            if (page.status === 503 && (!page.retryAfter || !page.text.includes("Skip to the content"))) wrong.push(page.text.slice(0, 100));
            if (writes && page.status === 303 && page.location === "/account") [person.said, person.tried] = [words, []];
            await pause(0.05);
          }
        });
        await pause(1);
        gone.begin();
        await pause(4);
        const [ready, healthy] = [await node.readiness(), await fetch(`${node.origin}/healthz`).then((answer) => answer.status)];
        want(ready.status === 503 && ready.text.includes(gone.said), `${name}: /readyz says ${gone.said}, not ${JSON.stringify(ready)}`);
        want(healthy === 200, `${name}: /healthz is well`);
        const refused = await new Client(site.origin).signIn("o1@uni.example");
        want(refused.status === 503, `${name}: signing in is refused with 503, not ${refused.status}`);
        gone.end();
        for (const each of site.nodes) await each.ready();
        await pause(1);
        going = false;
        await Promise.all(load);
        console.log(`  ${name}: ${JSON.stringify(seen)}`);
        want(seen[503] > 0, `${name}: 503 while it is gone`);
        want(Object.keys(seen).every((status) => ["200", "303", "503"].includes(status)), `${name}: nothing but 503 besides`);
        want(wrong.length === 0, `${name}: each 503 is a page with Retry-After: ${wrong[0]}`);
        let [signedOut, lost] = [0, 0];
        for (const person of people) {
          const shown = Client.nameIn(await person.client.get("/account"));
          if (!shown) signedOut += 1;
          else if (shown !== person.said && !person.tried.includes(shown)) lost += 1;
          if (shown) [person.said, person.tried] = [shown, []];
        }
        want(signedOut === 0, `${name}: nobody is signed out, and ${signedOut} are`);
        want(lost === 0, `${name}: no answered write is lost, and ${lost} are`);
      };
      const stopping = (service, said) => ({ begin: () => services.halt(service), end: () => services.resume(service), said });
      await during("PostgreSQL stopped", stopping("postgres", "database"));
      await during("Redis stopped", stopping("redis", "session store"));

      const left = await people[1].client.get("/account/sessions");
      want(left.text.includes("You are signed in nowhere else."), "a sign-in that was refused leaves nothing behind");

      services.redis("-n", "7", "flushdb");
      const [sam] = people;
      want((await sam.client.get("/account")).location.startsWith("/login"), "Redis flushed: people sign in again");
      want((await sam.client.signIn("o0@uni.example")).location === "/", "Redis flushed: and can");
      want(Client.nameIn(await sam.client.get("/account")) === sam.said, "Redis flushed: nothing else is lost");
    } finally {
      await site.stop();
    }
  },
};

try {
  for (const [name, story] of Object.entries(stories)) {
    if (ONLY && ONLY !== name) continue;
    console.log(`${name}:`);
    const begun = performance.now();
    await story();
    console.log(`  ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  }
} finally {
  services.stop();
}
if (broken.length > 0) {
  console.log(`\n${broken.length} broken:\n${[...new Set(broken)].join("\n")}`);
  process.exit(1);
}
