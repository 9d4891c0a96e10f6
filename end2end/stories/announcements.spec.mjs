// What staff announce: written, looked at, posted, read by a student, and deleted.
import { as, expect, isAccessible, signIn, test, visit } from "../fixtures/index.mjs";

test("an instructor plans an announcement, posts it, and a student reads it", async ({ page, browser, baseURL }, testInfo) => {
  const title = `Field trip ${testInfo.project.name}`;
  await signIn(page, "instructor@lectern.example");
  await visit(page, "/courses/sessions-and-tokens");
  await page.getByRole("navigation", { name: "This course" }).getByRole("link", { name: "Announcements" }).click();
  await page.getByRole("link", { name: "New announcement" }).click();
  await isAccessible(page);
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Text (optional)").fill("We meet at the **north gate**.");
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.locator("#preview strong")).toHaveText("north gate");
  await isAccessible(page);
  await page.getByLabel("From (optional)").fill("2020-01-01T10:00");
  await page.getByRole("button", { name: "Post it" }).click();
  await expect(page.getByRole("alert")).toContainText("This is past. Leave it empty to post it now");
  await expect(page.getByLabel("Title")).toHaveValue(title);
  await page.getByLabel("From (optional)").fill("2199-01-01T10:00");
  await page.getByRole("button", { name: "Post it" }).click();
  await expect(page.locator("article").getByText("Planned for Tuesday 1 January 2199, 10:00")).toBeVisible();
  await isAccessible(page);
  await page.getByRole("link", { name: "Change" }).click();
  await page.getByLabel("From (optional)").fill("");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  const address = page.url();

  const student = await as(browser, baseURL, page, "student@lectern.example");
  await visit(student, "/courses/sessions-and-tokens");
  await isAccessible(student);
  await student.getByRole("link", { name: title }).click();
  await expect(student.locator("article strong")).toHaveText("north gate");
  await isAccessible(student);
  await student.getByRole("link", { name: "Announcements" }).first().click();
  await isAccessible(student);
  await student.getByRole("link", { name: "Which come by mail" }).click();
  await student.getByLabel("Announcements of your courses").selectOption("Once a day, all that is new");
  await student.getByRole("button", { name: "Save changes" }).click();
  await expect(student.getByRole("status").first()).toContainText("Changes saved.");
  await isAccessible(student);

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete this announcement" }).click();
  await expect(page.getByRole("status").first()).toContainText("is deleted.");
  expect((await student.goto(address)).status()).toBe(404);
  await student.context().close();
});
