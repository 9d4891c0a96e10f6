// Looking at a course as a student does: begun from the course's page, marked on every page, and ended.
import { expect, isAccessible, publishedCourse, signIn, test, unique, visit } from "../fixtures/index.mjs";

test("an instructor looks at a course as a student does, and stops", async ({ page }, testInfo) => {
  await signIn(page, "second.instructor@lectern.example");
  const course = await publishedCourse(page, unique("Mirrors", testInfo));
  await page.goto(`${course}/lessons/new`);
  await page.getByLabel("Title").fill("Not yet");
  await page.getByRole("button", { name: "Add lesson" }).click();
  await visit(page, course);
  await expect(page.getByText("Not yet")).toBeVisible();
  await page.getByRole("link", { name: "View as a student" }).click();
  await isAccessible(page);
  await page.getByLabel("Moment (optional)").fill("2099-01-04T08:00");
  await page.getByRole("button", { name: "View as a student" }).click();
  const banner = page.getByRole("region", { name: "View as a student" });
  await expect(banner).toContainText("as any student does, at Sunday 4 January 2099, 08:00");
  await expect(page.getByText("Not yet")).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Add a lesson" })).toHaveCount(0);
  await isAccessible(page);
  await page.getByRole("link", { name: "The spring" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "The spring" })).toBeVisible();
  await page.getByRole("button", { name: "Mark as read and go on" }).click();
  await expect(page.getByRole("heading", { name: "You look at this course as a student" })).toBeVisible();
  await isAccessible(page);
  await page.getByRole("link", { name: "Back to the course" }).click();
  await page.getByRole("button", { name: "Stop viewing as a student" }).click();
  await expect(page.getByRole("status").first()).toContainText("You see the course as yourself again.");
  await expect(page.getByText("Not yet")).toBeVisible();
  await page.goto(`${course}/people?q=nobody`);
  await visit(page, `${course}/progress`);
});

test("lessons are found by their words", async ({ page }) => {
  await signIn(page, "student@lectern.example");
  await page.getByRole("link", { name: "Search" }).click();
  await isAccessible(page);
  await page.getByLabel("Words").fill("letter seal");
  await page.getByRole("main").getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("heading", { name: "A token is a letter with a seal" })).toBeVisible();
  await expect(page.locator("mark").first()).toBeVisible();
  await isAccessible(page);
  await page.getByLabel("Words").fill("xylophone");
  await page.getByRole("main").getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("heading", { name: "No lesson holds “xylophone”" })).toBeVisible();
  await isAccessible(page);
});
