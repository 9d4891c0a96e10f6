// An admin looks after somebody's account.
import { expect, isAccessible, signIn, test, unique } from "../fixtures/index.mjs";

const PASSWORD = "nine quiet herons at dusk";

test("an admin finds a person, makes them an instructor, ends their sign-ins, closes and opens the account", async ({ page, browser, baseURL }, testInfo) => {
  const name = unique("kim", testInfo);
  const theirs = await browser.newContext({ baseURL });
  const kim = await theirs.newPage();
  await kim.goto("/signup");
  await kim.getByLabel("Email").fill(`${name}@uni.example`);
  await kim.getByLabel("Name").fill(name);
  await kim.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await kim.getByRole("button", { name: "Create account" }).click();
  await expect(kim.getByRole("button", { name: "Sign out" })).toBeVisible();

  await signIn(page, "admin@lectern.example");
  await page.getByRole("link", { name: "Users" }).click();
  await isAccessible(page);
  await page.getByLabel("Name or email").fill(name);
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByRole("link", { name: `Open ${name}` }).click();
  await isAccessible(page);
  await page.getByLabel("Role").selectOption("instructor");
  await page.getByRole("button", { name: /^Save role/ }).click();
  await expect(page.getByRole("status").first()).toContainText(`${name} is now an instructor.`);
  await kim.goto("/");
  await expect(kim.getByRole("button", { name: "New course" })).toBeVisible();

  await page.getByRole("button", { name: /^End their sign-ins/ }).click();
  await expect(page.getByRole("status").first()).toContainText("1 sign-in of");
  await kim.goto("/account");
  await expect(kim).toHaveURL(/\/login/);

  await page.getByRole("button", { name: `Disable ${name}` }).click();
  await expect(page.getByRole("status").first()).toContainText("cannot sign in any more.");
  await isAccessible(page);
  await kim.getByLabel("Email").fill(`${name}@uni.example`);
  await kim.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await kim.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(kim.getByRole("heading", { name: "Check one thing" })).toBeVisible();
  await page.getByRole("button", { name: `Enable ${name}` }).click();
  await expect(page.getByRole("status").first()).toContainText("can sign in again.");
  await theirs.close();
});
