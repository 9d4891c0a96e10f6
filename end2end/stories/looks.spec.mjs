// Every page at every width in light and dark: nothing sticks out sideways, and axe has no complaint. With PICTURES=1
// each is also taken as a picture into end2end/pictures, to be looked at beside the design's.
import { as as signedIn, expect, isAccessible, publishedCourse, sideways, signIn, test, unique } from "../fixtures/index.mjs";

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
  student: { as: "student@lectern.example", at: { home: "/", course: "/courses/sessions-and-tokens", lesson: "/courses/sessions-and-tokens/lessons/where-the-cookie-lives", account: "/account", sessions: "/account/sessions", history: "/account/history", security: "/account/security", codes: "/account/security/recovery-codes", tokens: "/account/tokens", device: "/device", calendar: "/account/calendar", mail: "/account/mail", search: "/search?q=session", nothing: "/search?q=zeppelin", code: "/join", announcements: "/courses/sessions-and-tokens/announcements", mine: "/courses/sessions-and-tokens/mine", lab: "/lab", prove: "/prove?next=/account", refused: "/courses/mathematics-of-voting/people" } },
  newcomer: { as: "student02@lectern.example", at: { home: "/", join: "/courses/reading-a-city" } },
  instructor: { as: "instructor@lectern.example", at: { home: "/", people: "/courses/sessions-and-tokens/people", edit: "/courses/sessions-and-tokens/edit", draft: "/courses/draft-course", new: "/courses/new", import: "/courses/import", plan: "/courses/sessions-and-tokens/lessons", lesson: "/courses/sessions-and-tokens/lessons/new" } },
  staff: {
    as: "instructor@lectern.example",
    at: { person: `${COURSE}/people/4`, why: `${COURSE}/people/4/why`, picked: `${COURSE}/people/picked?what=remove&picked=4&picked=7`, awaited: `${COURSE}/people/awaited`, roster: `${COURSE}/roster`, joining: `${COURSE}/joining`, progress: `${COURSE}/progress`, look: `${COURSE}/view-as`, lookas: `${COURSE}/view-as?person=4`, files: `${COURSE}/files`, copy: `${COURSE}/copy`, announcement: `${COURSE}/announcements/new`, change: `${COURSE}/lessons/where-the-cookie-lives/edit`, versions: `${COURSE}/lessons/where-the-cookie-lives/versions` },
    also: preview,
  },
  admin: { as: "admin@lectern.example", at: { users: "/admin/users", person: "/people/10", audit: "/admin/audit", outbox: "/admin/outbox", invite: "/admin/users/invite", server: "/admin/server" } },
};

/** Looks at a page at each width in light and dark: opened each time, or as it stands where it is the answer to a form. */
async function fits(page, name, address, status = 200) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const width of [1280, 390, 320]) {
      await page.setViewportSize({ width, height: 900 });
      if (address) expect((await page.goto(address)).status(), address).toBe(status);
      expect(await sideways(page), `${page.url()} at ${width} is wider than its window by`).toBeLessThanOrEqual(0);
      if (width !== 320) await isAccessible(page);
      if (process.env.PICTURES && width !== 320) {
        await page.screenshot({ path: `pictures/${name}-${width}-${scheme}.png`, fullPage: true });
      }
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

for (const [who, { as, at, also }] of Object.entries(PAGES)) {
  test(`what ${who} sees fits everywhere, in light and dark`, async ({ page }) => {
    test.setTimeout(300_000);
    if (as) await signIn(page, as);
    const more = also ? await also(page) : {};
    const status = { missing: 404, refused: 403 };
    for (const [name, address] of Object.entries({ ...at, ...more })) await fits(page, `${who}-${name}`, address, status[name]);
  });
}

test("what people have made in a course fits everywhere, and so does what they are asked about it", async ({ page, browser, baseURL }, testInfo) => {
  test.setTimeout(300_000);
  await signIn(page, "second.instructor@lectern.example");
  const course = await publishedCourse(page, unique("Confluences-and-what-comes-before-them", testInfo));
  await page.goto(`${course}/announcements/new`);
  await page.getByLabel("Title").fill("Donaudampfschifffahrtsgesellschaftskapitän comes on Thursday");
  await page.getByLabel("Text (optional)").fill("We meet at the **north gate**.\n\n| Hour | Place |\n|---|---|\n| 10:00 | Quay |\n\nhttps://a.name.that.is.much.longer.than.the.others.example/and/it/goes/on/and/on/and/on");
  await page.getByRole("button", { name: "Post it" }).click();
  await expect(page.getByRole("link", { name: "Change" })).toBeVisible();
  const announcement = new URL(page.url()).pathname;
  await fits(page, "made-announcement", announcement);
  await fits(page, "made-announcement-edit", `${announcement}/edit`);

  // Somebody else saves a line, and whoever had the form open is shown both.
  const edit = `${course}/lessons/the-spring/edit`;
  const other = await signedIn(browser, baseURL, page, "second.instructor@lectern.example");
  await page.goto(edit);
  await other.goto(edit);
  await other.getByLabel("Text", { exact: true }).fill("The water is cold.\n\n```text\na line of a program that is longer than a telephone is wide, and by a good deal of it, too\n```");
  await other.getByRole("button", { name: "Save changes" }).click();
  await expect(other.getByRole("status").first()).toContainText("Changes saved.");
  await other.context().close();
  await page.getByLabel("Text", { exact: true }).fill("The water is clear, and_it_goes_on_without_a_space_for_longer_than_a_telephone_is_wide.");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("heading", { name: "Both texts" })).toBeVisible();
  await fits(page, "made-conflict");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("status").first()).toContainText("Changes saved.");
  await page.goto(`${course}/lessons/the-spring/versions`);
  await page.locator(".rows").getByRole("listitem").nth(1).getByRole("link").click();
  await expect(page.getByRole("button", { name: "Bring this text back" })).toBeVisible();
  await fits(page, "made-version", page.url());

  await page.goto(`${course}/roster`);
  await page.getByLabel("Rows").fill("Name,Email\nAmara Nwosu,student@lectern.example\nNobody,no address\n\"A name that is much longer than the others of this list are\",a.name.that.is.much.longer.than.the.others@uni.example");
  await page.getByRole("button", { name: "Show what it changes" }).click();
  await page.getByRole("button", { name: "Import what is ticked" }).click();
  await expect(page.getByRole("status").first()).toContainText("added");
  await fits(page, "made-imported", page.url());

  await page.goto(`${course}/joining`);
  await page.getByRole("button", { name: "Make a join code" }).click();
  const code = await page.locator("code.key").textContent();
  const visitor = await signedIn(browser, baseURL, page);
  await fits(visitor, "made-code-visitor", `/join/${code}`);
  await signIn(visitor, "student02@lectern.example");
  await fits(visitor, "made-code", `/join/${code}`);
  await visitor.context().close();

  // Last: the pages of staff are closed to who looks as a student does.
  await page.goto(`${course}/view-as`);
  await page.getByRole("button", { name: "View as a student" }).click();
  await expect(page.getByRole("region", { name: "View as a student" })).toBeVisible();
  await fits(page, "made-viewing", course);
});

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
