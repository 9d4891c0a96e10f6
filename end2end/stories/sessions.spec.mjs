// Where one is signed in: named, ended from elsewhere, proven again, and what was typed stays.
import { expect, isAccessible, PASSWORD, signIn, test, visit } from "../fixtures/index.mjs";
import { start } from "../server.mjs";

async function otherBrowser(browser, baseURL, email, settings = {}) {
  const context = await browser.newContext({ baseURL, ...settings });
  const page = await context.newPage();
  await signIn(page, email);
  return page;
}

test("one browser ends the other's sign-in, and the other is out at its next click", async ({ page, browser, baseURL, javaScriptEnabled }) => {
  // Each project has a person of its own: they run at the same time.
  const email = javaScriptEnabled === false ? "student11@lectern.example" : "student09@lectern.example";
  await signIn(page, email);
  const phone = await otherBrowser(browser, baseURL, email, {
    javaScriptEnabled, userAgent: "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
  });
  await phone.goto("/account");
  await visit(page, "/account/sessions");
  await page.getByRole("button", { name: "End Firefox on Android" }).click();
  await expect(page.getByText("Firefox on Android is signed out.")).toBeVisible();
  await phone.getByRole("link", { name: "Courses" }).click();
  await expect(phone.getByText("Your sign-in here has ended. Sign in again to go on.")).toBeVisible();
  await phone.goto("/account");
  await expect(phone).toHaveURL(/\/login\?next=%2Faccount/);
  await phone.context().close();
});

test("a device gets a name", async ({ page, javaScriptEnabled }) => {
  await signIn(page, javaScriptEnabled === false ? "student12@lectern.example" : "student10@lectern.example");
  await visit(page, "/account/sessions");
  await page.getByText("Give it a name").click();
  await page.getByLabel("Name of this device").fill("The laptop in the lab");
  await isAccessible(page);
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByRole("heading", { name: "The laptop in the lab You are here" })).toBeVisible();
});

test("what was typed survives a sign-in that was ended elsewhere", async ({ browser, javaScriptEnabled }) => {
  const server = await start();
  try {
    const page = await otherBrowser(browser, server.origin, "instructor@lectern.example", { javaScriptEnabled });
    await page.goto("/courses/new");
    await page.getByLabel("Title").fill("Tides and moons");
    await page.getByLabel("Summary").fill("Long & thought over");
    await page.getByLabel("Description").fill("First line\nSecond line");
    const other = await otherBrowser(browser, server.origin, "instructor@lectern.example", { javaScriptEnabled });
    await other.goto("/account/sessions");
    await other.getByRole("button", { name: "End all others" }).click();
    await other.getByRole("button", { name: /End \d+ sign-in/ }).click();
    await page.getByRole("button", { name: "Create course" }).click();
    await expect(page.getByText("Sign in and we send what you wrote.")).toBeVisible();
    await page.getByLabel("Email").fill("instructor@lectern.example");
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Tides and moons" })).toBeVisible();
    await expect(page.getByText("Long & thought over").first()).toBeVisible();
  } finally {
    server.stop();
  }
});

test("a sign-in that is about to end says so, and stays when asked to", async ({ browser, javaScriptEnabled }) => {
  test.setTimeout(90_000);
  // Twenty seconds without a click: the notice comes five before.
  const server = await start({ LECTERN_SESSION_IDLE: "20s" });
  try {
    const page = await otherBrowser(browser, server.origin, "student@lectern.example", { javaScriptEnabled });
    await expect(page.getByText("or for 20 seconds without a click.")).toBeVisible();
    if (javaScriptEnabled !== false) {
      const stay = page.getByRole("button", { name: "Stay signed in" });
      await expect(stay).toBeVisible({ timeout: 30_000 });
      await isAccessible(page);
      await stay.click();
      await expect(page.getByText("You stay signed in.")).toBeVisible();
      await expect(stay).toBeVisible({ timeout: 30_000 });
      await expect(page.getByText("You are signed out. What you have typed here is still here")).toBeVisible({ timeout: 30_000 });
    } else {
      await page.waitForTimeout(21_000);
    }
    await page.goto("/account");
    await expect(page).toHaveURL(/\/login/);
    await page.context().close();
  } finally {
    server.stop();
  }
});
