// Somebody new makes an account, joins a course, reads, and looks after their own sign-ins.
import { expect, isAccessible, test, visit, unique } from "../fixtures/index.mjs";

const PASSWORD = "nine quiet herons at dusk";

test("a new person signs up, joins, reads, leaves and comes back", async ({ page }, testInfo) => {
  const email = `${unique("new", testInfo)}@uni.example`;
  await visit(page, "/signup?next=/courses/sessions-and-tokens");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Name").fill("Noor van Dijk");
  await page.getByLabel("Password", { exact: true }).fill("too short");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Check one thing" })).toBeVisible();
  await expect(page).toHaveTitle("Error: Create account - Lectern");
  await expect(page.getByLabel("Email")).toHaveValue(email);
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
  await isAccessible(page);
  await page.getByRole("link", { name: /^Use 15 characters or more/ }).click();
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();

  await expect(page).toHaveURL(/\/courses\/sessions-and-tokens$/);
  await expect(page.getByRole("status").first()).toContainText("Your account is ready");
  await page.getByRole("button", { name: "Join course" }).click();
  await expect(page.getByRole("status").first()).toContainText("You are in.");
  await isAccessible(page);
  await page.getByRole("link", { name: "Begin reading" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Two questions every site must answer" })).toBeVisible();
  await isAccessible(page);
  await page.getByRole("button", { name: "Mark as read and go on" }).click();
  await expect(page.getByText("Lesson 2 of 8")).toBeVisible();
  await page.goto("/");
  await expect(page.getByText("1 of 8 lessons read")).toBeVisible();
  await isAccessible(page);
  await page.getByRole("link", { name: "Continue reading" }).click();
  await expect(page.getByText("Lesson 2 of 8")).toBeVisible();

  await page.goto("/courses/sessions-and-tokens");
  await page.getByRole("button", { name: "Leave course" }).click();
  await expect(page.getByRole("status").first()).toContainText("You have left Sessions and tokens.");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("1 of 8 lessons read")).toBeVisible();
});

test("a new person changes their name and password and ends another sign-in", async ({ page, browser, baseURL }, testInfo) => {
  const email = `${unique("own", testInfo)}@uni.example`;
  await page.goto("/signup");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Name").fill("Owen");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "No courses yet" })).toBeVisible();
  await isAccessible(page);

  await visit(page, "/account");
  await page.getByLabel("Name").fill("Owen Pritchard");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("status").first()).toContainText("Changes saved.");

  const elsewhere = await browser.newContext({ baseURL, userAgent: "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0" });
  const phone = await elsewhere.newPage();
  await phone.goto("/login");
  await phone.getByLabel("Email").fill(email);
  await phone.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await phone.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(phone.getByRole("button", { name: "Sign out" })).toBeVisible();

  await page.getByRole("contentinfo").getByRole("link", { name: "Where you are signed in" }).click();
  await expect(page.getByRole("heading", { name: "Firefox on Android" })).toBeVisible();
  await isAccessible(page);
  await page.getByRole("button", { name: "End Firefox on Android" }).click();
  await expect(page.getByRole("status").first()).toContainText("Firefox on Android is signed out.");
  await phone.goto("/account");
  await expect(phone).toHaveURL(/\/login/);
  await elsewhere.close();

  await page.goto("/account");
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByLabel("New password").fill("eleven loud geese at dawn");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("status").first()).toContainText("Your password is changed");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("status").first()).toContainText("You are signed out here.");
  await page.goto("/account");
  await expect(page).toHaveURL(/\/login/);
});
