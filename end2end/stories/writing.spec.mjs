// Writing a lesson: looked at before it is saved, saved, compared with what it was, and brought back; and two people at once.
import { as, expect, isAccessible, publishedCourse, signIn, test, unique, visit } from "../fixtures/index.mjs";

const TEXT = [
  "## Sorting",
  "",
  "> [!WARNING]",
  "> Measure first[^why].",
  "",
  "It takes $n \\log n$ steps:",
  "",
  "$$\\sum_{i=1}^n \\log i \\le n \\log n$$",
  "",
  "```python",
  "def sort(many):  # quick",
  '    return sorted(many, key="name")',
  "```",
  "",
  "| Input | Steps |",
  "|-------|-------|",
  "| 1,000 | 9,966 |",
  "",
  "[^why]: Guesses are wrong.",
].join("\n");

test("an instructor looks at a text, saves it, and brings an earlier one back", async ({ page }, testInfo) => {
  await signIn(page, "second.instructor@lectern.example");
  const course = await publishedCourse(page, unique("Order", testInfo));
  await page.goto(`${course}/lessons/new`);
  await page.getByLabel("Title").fill("Sorting");
  await page.getByLabel("Text", { exact: true }).fill(TEXT);
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByRole("heading", { name: "Preview" })).toBeVisible();
  await expect(page.locator("#preview math").first()).toBeVisible();
  await expect(page.locator("#preview pre .k").first()).toHaveText("def");
  await expect(page.getByLabel("Text", { exact: true })).toHaveValue(TEXT);
  await isAccessible(page);
  await page.getByLabel("Students can read it").check();
  await page.getByRole("button", { name: "Add lesson" }).click();
  await expect(page.getByRole("note")).toContainText("Measure first");
  await isAccessible(page);

  await visit(page, `${course}/lessons/sorting/edit`);
  await page.getByLabel("Text", { exact: true }).fill(TEXT.replace("quick", "slow"));
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("status").first()).toContainText("Changes saved.");
  await page.getByRole("link", { name: "Change this lesson" }).click();
  await page.getByRole("link", { name: "Versions of this lesson" }).click();
  await isAccessible(page);
  await page.locator(".rows").getByRole("listitem").nth(1).getByRole("link").click();
  await expect(page.getByRole("region", { name: "What has changed since" })).toContainText("slow");
  await isAccessible(page);
  await page.getByRole("button", { name: "Bring this text back" }).click();
  await expect(page.getByRole("status").first()).toContainText("The earlier text is back.");
  await expect(page.locator("pre").first()).toContainText("# quick");
});

test("who saves second is shown both texts", async ({ page, browser, baseURL }, testInfo) => {
  await signIn(page, "second.instructor@lectern.example");
  const course = await publishedCourse(page, unique("Ponds", testInfo));
  const other = await as(browser, baseURL, page, "second.instructor@lectern.example");
  await visit(page, `${course}/lessons/the-spring/edit`);
  await other.goto(`${course}/lessons/the-spring/edit`);
  await other.getByLabel("Text", { exact: true }).fill("The water is cold.");
  await other.getByRole("button", { name: "Save changes" }).click();
  await expect(other.getByRole("status").first()).toContainText("Changes saved.");
  await page.getByLabel("Text", { exact: true }).fill("The water is clear.");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("heading", { name: "Both texts" })).toBeVisible();
  await expect(page.getByRole("region", { name: "What is saved, and what you typed" })).toContainText("cold");
  await expect(page.getByLabel("Text", { exact: true })).toHaveValue("The water is clear.");
  await isAccessible(page);
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("status").first()).toContainText("Changes saved.");
});
