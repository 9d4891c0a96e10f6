// A student of the demo reads on, by keyboard alone where it matters.
import { expect, isAccessible, signIn, test } from "../fixtures/index.mjs";

test("a student goes on where they stopped, and is refused what is not theirs", async ({ page }) => {
  await signIn(page, "student@lectern.example");
  await expect(page.getByRole("heading", { level: 1, name: "What is next for you" })).toBeVisible();
  await isAccessible(page);
  await page.goto("/courses/sessions-and-tokens/lessons/where-the-cookie-lives");
  await expect(page.getByRole("navigation", { name: "On this page" })).toBeVisible();
  await isAccessible(page);
  await page.getByRole("link", { name: /^Lesson 5/ }).click();
  await expect(page.getByText("Lesson 5 of 8")).toBeVisible();

  await page.goto("/courses/sessions-and-tokens/people");
  await expect(page.getByText("Only the people who teach a course see this.")).toBeVisible();
  await isAccessible(page);
  await page.goto("/admin/users");
  await expect(page.getByRole("heading", { name: "There is nothing at this address" })).toBeVisible();
});

test("the keyboard alone signs in", async ({ page }) => {
  await page.goto("/login");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type("student@lectern.example");
  await page.keyboard.press("Tab");
  await page.keyboard.type("correct-lectern-demo");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
});
