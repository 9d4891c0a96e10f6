// A site as it is outside of the demo: who teaches or looks after people needs a second step, and an admin helps who lost it.
import { expect, isAccessible, signIn, test as base, unique, visit } from "../fixtures/index.mjs";
import { start } from "../server.mjs";
import { appCode } from "../services.mjs";

const test = base.extend({
  strict: [async ({}, use) => {
    const server = await start({ LECTERN_SECOND_STEP: "instructor,admin" });
    await use(server.origin);
    server.stop();
  }, { scope: "worker" }],
  people: async ({ strict, browser, javaScriptEnabled }, use) => {
    const contexts = [];
    await use(async () => {
      const context = await browser.newContext({ baseURL: strict, javaScriptEnabled });
      contexts.push(context);
      const page = await context.newPage();
      return page;
    });
    for (const context of contexts) await context.close();
  },
});

async function setUpApp(page) {
  await page.getByRole("button", { name: "Set up a code app" }).click();
  const key = await page.locator("code.key").textContent();
  await page.getByLabel("Code", { exact: true }).fill(await appCode(key, -30));
  await page.getByRole("button", { name: "Set it up" }).click();
  await page.getByRole("link", { name: "I have them" }).click();
  return key;
}

test("an instructor sets up what their role needs and goes on; an admin helps who lost it", async ({ people, javaScriptEnabled }, testInfo) => {
  test.setTimeout(120_000);
  const teacher = await people();
  // Each project has an instructor and an admin of its own.
  const email = javaScriptEnabled === false ? "second.instructor@lectern.example" : "instructor@lectern.example";
  await signIn(teacher, email);
  await teacher.goto("/courses/new");
  await expect(teacher.getByText("and that needs a second step besides the password")).toBeVisible();
  await isAccessible(teacher);
  await setUpApp(teacher);
  await visit(teacher, "/courses/new");
  const title = unique("Tides", testInfo);
  await teacher.getByLabel("Title").fill(title);
  await teacher.getByLabel("Summary").fill("And moons");
  await teacher.getByLabel("Description").fill("Words");
  await teacher.getByRole("button", { name: "Create course" }).click();
  await expect(teacher.getByRole("heading", { level: 1, name: title })).toBeVisible();

  if (javaScriptEnabled === false) return;
  const admin = await people();
  await signIn(admin, "admin@lectern.example");
  await admin.goto("/admin/users");
  await expect(admin.getByText("and that needs a second step besides the password")).toBeVisible();
  await setUpApp(admin);
  await visit(admin, "/admin/users?q=instructor");
  await expect(admin.getByText("Code app").first()).toBeVisible();
  await admin.getByRole("link", { name: /^Open Imani/ }).click();
  await isAccessible(admin);
  await admin.getByText("Reset their second step").click();
  await admin.getByLabel("Reason").fill("Showed me her passport in the office");
  await admin.getByRole("button", { name: /^Reset second step/ }).click();
  await expect(admin.getByText("signs in with their password alone")).toBeVisible();
  await teacher.goto("/account");
  await expect(teacher).toHaveURL(/\/login/);
  await signIn(teacher, email);
  await teacher.goto("/courses/new");
  await expect(teacher.getByText("and that needs a second step besides the password")).toBeVisible();

  await visit(admin, "/admin/users/invite");
  await admin.getByLabel("Email").fill(`${unique("ines", testInfo)}@uni.example`);
  await admin.getByLabel("Name").fill("Ines Braun");
  await admin.getByLabel("Role").selectOption("instructor");
  await admin.getByRole("button", { name: "Invite" }).click();
  await expect(admin.getByText("Hand them the link: it waits under Mail")).toBeVisible();
  await visit(admin, "/admin/outbox");
  await admin.getByRole("link", { name: /^Open the letter to ines/ }).click();
  await isAccessible(admin);
  const link = await admin.locator("code.address").textContent();
  const ines = await people();
  await ines.goto(link);
  await ines.getByLabel("Password", { exact: true }).fill("nine quiet herons at dusk");
  await ines.getByRole("button", { name: "Set password" }).click();
  await expect(ines.getByRole("button", { name: "Sign out" })).toBeVisible();
});
