// Every page at every width in light and dark: nothing sticks out sideways, and axe has no complaint. With PICTURES=1
// each is also taken as a picture into end2end/pictures, to be looked at beside the design's.
import { expect, isAccessible, signIn, test } from "../fixtures/index.mjs";

const COURSE = "/courses/sessions-and-tokens";

/** A list of people with a row of each kind, looked at and not imported. */
async function preview(page) {
  await page.goto(`${COURSE}/roster`);
  await page.getByLabel("Rows").fill("Name,Email\nNina New,nina.new@uni.example\nAmara Nwosu,student@lectern.example\nNobody,no address\n\"A name that is much longer than the others of this list are\",a.name.that.is.much.longer.than.the.others@uni.example");
  await page.getByRole("button", { name: "Show what it changes" }).click();
  await expect(page.getByRole("heading", { name: "What the list changes" })).toBeVisible();
  return { preview: page.url() };
}

const PAGES = {
  visitor: { as: null, at: { catalogue: "/", login: "/login?next=/courses/sessions-and-tokens", signup: "/signup", forgot: "/forgot", forgotten: "/forgot?sent=1", notme: "/not-me", course: "/courses/sessions-and-tokens", none: "/courses?q=zeppelin", missing: "/nothing", status: "/status", accessibility: "/accessibility", lab: "/lab?who=mobile&nodes=apart&revoke=now", api: "/api" } },
  student: { as: "student@lectern.example", at: { home: "/", course: "/courses/sessions-and-tokens", lesson: "/courses/sessions-and-tokens/lessons/where-the-cookie-lives", account: "/account", sessions: "/account/sessions", history: "/account/history", security: "/account/security", codes: "/account/security/recovery-codes", tokens: "/account/tokens", device: "/device", calendar: "/account/calendar", mail: "/account/mail", search: "/search?q=session", nothing: "/search?q=zeppelin", code: "/join", announcements: "/courses/sessions-and-tokens/announcements", lab: "/lab", prove: "/prove?next=/account", refused: "/courses/mathematics-of-voting/people" } },
  newcomer: { as: "student02@lectern.example", at: { home: "/", join: "/courses/reading-a-city" } },
  instructor: { as: "instructor@lectern.example", at: { home: "/", people: "/courses/sessions-and-tokens/people", edit: "/courses/sessions-and-tokens/edit", draft: "/courses/draft-course", new: "/courses/new", import: "/courses/import", plan: "/courses/sessions-and-tokens/lessons", lesson: "/courses/sessions-and-tokens/lessons/new" } },
  staff: {
    as: "instructor@lectern.example",
    at: { person: `${COURSE}/people/4`, why: `${COURSE}/people/4/why`, picked: `${COURSE}/people/picked?what=remove&picked=4&picked=7`, awaited: `${COURSE}/people/awaited`, roster: `${COURSE}/roster`, joining: `${COURSE}/joining`, progress: `${COURSE}/progress`, look: `${COURSE}/view-as`, lookas: `${COURSE}/view-as?person=4`, files: `${COURSE}/files`, copy: `${COURSE}/copy`, announcement: `${COURSE}/announcements/new`, change: `${COURSE}/lessons/where-the-cookie-lives/edit`, versions: `${COURSE}/lessons/where-the-cookie-lives/versions` },
    also: preview,
  },
  admin: { as: "admin@lectern.example", at: { users: "/admin/users", person: "/people/10", audit: "/admin/audit", outbox: "/admin/outbox", invite: "/admin/users/invite", server: "/admin/server" } },
};

for (const [who, { as, at, also }] of Object.entries(PAGES)) {
  test(`what ${who} sees fits everywhere, in light and dark`, async ({ page }) => {
    test.setTimeout(300_000);
    if (as) await signIn(page, as);
    const more = also ? await also(page) : {};
    for (const [name, address] of Object.entries({ ...at, ...more })) {
      for (const scheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme: scheme });
        for (const width of [1280, 390, 320]) {
          await page.setViewportSize({ width, height: 900 });
          const answer = await page.goto(address);
          if (!["missing", "refused"].includes(name)) expect(answer.status(), address).toBe(200);
          const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          expect(over, `${address} at ${width} is wider than its window by`).toBeLessThanOrEqual(0);
          if (width !== 320) await isAccessible(page);
          if (process.env.PICTURES && width !== 320) {
            await page.screenshot({ path: `pictures/${who}-${name}-${width}-${scheme}.png`, fullPage: true });
          }
        }
      }
    }
  });
}

test("a refused form fits everywhere", async ({ page }) => {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of [1280, 390, 320]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto("/login");
      await page.getByLabel("Email").fill("amara.nwosu@lectern");
      await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("heading", { name: "Check two things" })).toBeVisible();
      await isAccessible(page);
      if (process.env.PICTURES) await page.screenshot({ path: `pictures/refused-login-${width}-${scheme}.png`, fullPage: true });
    }
  }
});
