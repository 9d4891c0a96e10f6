// What a script adds.
import { expect, test } from "../fixtures/index.mjs";

test("courses are found while a visitor types", async ({ page }) => {
  await page.goto("/courses");
  await page.waitForFunction(() => document.querySelector("leptos-island")?.$$hydrated ?? true);
  const results = page.locator(".search-results");
  await expect(async () => {
    await page.getByLabel("Search courses").fill("");
    await page.getByLabel("Search courses").pressSequentially("norse");
    await expect(results.getByRole("link", { name: "An introduction to Old Norse" })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await page.getByLabel("Search courses").fill("zeppelin");
  await expect(results).toHaveText("No course matches that so far.");
  await page.getByLabel("Search courses").fill("");
  await expect(results).toHaveText("");
});

test("a new password is rated and can be shown", async ({ page }) => {
  await page.goto("/signup");
  const field = page.getByLabel("Password", { exact: true });
  await expect(page.getByLabel("Show")).toBeVisible();
  await field.pressSequentially("nine quiet");
  await expect(page.getByText("5 more characters are needed.")).toBeVisible();
  await field.pressSequentially(" herons");
  await expect(page.getByText("Long enough.")).toBeVisible();
  await page.getByLabel("Show").check();
  await expect(field).toHaveAttribute("type", "text");
  await page.getByLabel("Show").uncheck();
  await expect(field).toHaveAttribute("type", "password");
});
