// Somebody without an account looks around.
import { expect, isAccessible, test, visit } from "../fixtures/index.mjs";

test("a visitor finds a course, sees its plan, and is told how to join", async ({ page }) => {
  await visit(page, "/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Find a course, see its plan, join when you like it");
  await page.getByLabel("Search courses").fill("tokens");
  await page.getByRole("button", { name: "Search" }).click();
  await isAccessible(page);
  await page.getByRole("listitem").getByRole("link", { name: "Sessions and tokens" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Sessions and tokens" })).toBeVisible();
  await expect(page.getByText("Two questions every site must answer")).toBeVisible();
  await isAccessible(page);
  await page.getByRole("button", { name: "Join course" }).click();
  await expect(page).toHaveURL(/\/login\?next=%2Fcourses%2Fsessions-and-tokens/);
  await expect(page.getByText("Sign in and we finish joining you.")).toBeVisible();
  await isAccessible(page);
});

test("a search that finds nothing leads back", async ({ page }) => {
  await visit(page, "/courses?q=zeppelin");
  await expect(page.getByText("No course matches “zeppelin”")).toBeVisible();
  await page.getByRole("link", { name: "Show all courses" }).click();
  await expect(page.getByRole("link", { name: "Sessions and tokens" })).toBeVisible();
});

test("what is not there, and what is not for visitors, has a way forward", async ({ page }) => {
  await visit(page, "/nothing/here");
  await expect(page.getByRole("heading", { name: "There is nothing at this address" })).toBeVisible();
  await visit(page, "/courses/draft-course");
  await expect(page.getByRole("heading", { name: "There is nothing at this address" })).toBeVisible();
  await page.getByRole("link", { name: "All courses" }).click();
  await expect(page).toHaveURL(/\/courses$/);
  await page.goto("/account");
  await expect(page).toHaveURL(/\/login\?next=%2Faccount/);
  await visit(page, "/accessibility");
  await visit(page, "/status");
  await visit(page, "/signup");
});
