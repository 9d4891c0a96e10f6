// Ways into a course: a join code, seats and the line behind them, asking staff, and the way out again.
import { as, expect, isAccessible, publishedCourse, signIn, student as demo, test, unique, visit } from "../fixtures/index.mjs";

/** People that no other story signs in, three for each project. */
const people = (testInfo) => [0, 1, 2].map((nth) => demo(testInfo, {
  script: [13, 14, 15][nth], plain: [16, 19, 23][nth], phone: [26, 27, 28][nth], "phone-plain": [8, 29, 30][nth],
}));

test("a student comes with the code on the board and reads to the end, another waits in line and gets the seat", async ({ page, browser, baseURL }, testInfo) => {
  test.setTimeout(120_000);
  const [first, second] = people(testInfo);
  await signIn(page, "second.instructor@lectern.example");
  const course = await publishedCourse(page, unique("Brooks", testInfo));
  await page.goto(`${course}/lessons/new`);
  await page.getByLabel("Title").fill("The mouth");
  await page.getByLabel("Students can read it").check();
  await page.getByRole("button", { name: "Add lesson" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "The mouth" })).toBeVisible();
  await visit(page, course);
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("link", { name: "Make a join code" }).click();
  await isAccessible(page);
  await page.getByLabel("People it lets in").fill("none");
  await page.getByRole("button", { name: "Make a join code" }).click();
  await expect(page.getByRole("heading", { name: "Check one thing" })).toBeVisible();
  await isAccessible(page);
  await page.getByLabel("People it lets in").fill("");
  await page.getByRole("button", { name: "Make a join code" }).click();
  await expect(page.getByRole("status").first()).toContainText("The join code is");
  const code = await page.locator("code.key").textContent();
  await page.getByLabel("Number of seats").fill("1");
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("status").first()).toContainText("Changes saved.");
  await isAccessible(page);

  // From a link on a telephone, not signed in yet.
  const one = await as(browser, baseURL, page);
  await visit(one, `/join/${code}`);
  await one.getByRole("button", { name: "Join course" }).click();
  await one.getByLabel("Email").fill(first);
  await one.getByLabel("Password", { exact: true }).fill("correct-lectern-demo");
  await one.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(one.getByRole("status").first()).toContainText("You are in.");
  await isAccessible(one);
  await one.getByRole("link", { name: "The spring" }).click();

  // Through to the end of it.
  for (const [next, lesson] of [["Next: The mouth", "The spring"], ["This is the last lesson.", "The mouth"]]) {
    await expect(one.getByRole("heading", { level: 1, name: lesson })).toBeVisible();
    await expect(one.getByText(next)).toBeVisible();
    await isAccessible(one);
    await one.getByRole("button", { name: "Mark as read and go on" }).click();
  }
  await expect(one.getByRole("status").first()).toContainText("That was the last lesson that is open.");
  await expect(one.getByText("2 of 2 lessons read").first()).toBeVisible();
  await expect(one.getByText("You have read all of it.")).toBeVisible();
  await expect(one).toHaveURL(new RegExp(`${course}$`));
  await isAccessible(one);

  // Typed from the board, in small letters.
  const other = await as(browser, baseURL, page, second);
  await visit(other, "/join");
  await other.getByLabel("Join code").fill("bbbb bbbb");
  await other.getByRole("button", { name: "Join course" }).click();
  await expect(other.getByRole("heading", { name: "Check one thing" })).toBeVisible();
  await expect(other.getByLabel("Join code")).toHaveValue("bbbb bbbb");
  await isAccessible(other);
  await other.getByLabel("Join code").fill(code.toLowerCase().replace("-", " "));
  await other.getByRole("button", { name: "Join course" }).click();
  await expect(other.getByText("You are first in line")).toBeVisible();
  await isAccessible(other);
  await visit(other, "/");
  await expect(other.getByText("You are first in line.")).toBeVisible();

  await page.goto(`${course}/people?state=waitlisted`);
  await expect(page.getByRole("row", { name: new RegExp(second) })).toContainText("In line, number 1");
  await isAccessible(page);

  await one.goto(course);
  await one.locator("summary", { hasText: "Leave course" }).click();
  await expect(one.getByText("Somebody else gets your seat at once.")).toBeVisible();
  await one.getByRole("button", { name: "Leave this course" }).click();
  await expect(one.getByRole("status").first()).toContainText("You have left");
  await isAccessible(one);
  await one.getByRole("link", { name: "What you did in it" }).click();
  await isAccessible(one);
  await other.goto(course);
  await other.getByRole("link", { name: "The spring" }).click();
  await expect(other.getByRole("heading", { level: 1, name: "The spring" })).toBeVisible();
  await one.context().close();
  await other.context().close();
});

test("staff let in who asks, invite who does not, and block who must stay out", async ({ page, browser, baseURL }, testInfo) => {
  const [, , third] = people(testInfo);
  await signIn(page, "second.instructor@lectern.example");
  const course = await publishedCourse(page, unique("Lakes", testInfo));
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Who can join by themselves").selectOption("Everybody, once staff say yes");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("status").first()).toContainText("Changes saved.");

  const student = await as(browser, baseURL, page, third);
  await visit(student, course);
  await student.getByLabel("What you want to tell its staff").fill("I took Brooks with you.");
  await student.getByRole("button", { name: "Ask to join" }).click();
  await expect(student.getByText("You have asked to join", { exact: true })).toBeVisible();
  await isAccessible(student);

  await page.goto(`${course}/people`);
  await expect(page.getByRole("heading", { name: "Asking to join" })).toBeVisible();
  await expect(page.getByText("I took Brooks with you.")).toBeVisible();
  await isAccessible(page);
  await page.getByRole("button", { name: /^Let in/ }).first().click();
  await expect(page.getByRole("status").first()).toContainText("is in the course.");
  await student.goto(course);
  await expect(student.getByRole("link", { name: "The spring" })).toBeVisible();

  await page.goto(`${course}/people`);
  await page.getByRole("row", { name: new RegExp(third) }).getByRole("checkbox").check();
  await page.getByLabel("With the people you picked").selectOption("Change their role");
  await page.getByRole("button", { name: "Continue" }).click();
  await isAccessible(page);
  await page.getByLabel("Role").selectOption("Assistant");
  await page.getByRole("button", { name: "Save role" }).click();
  await expect(page.getByRole("status").first()).toContainText("1 person is now an assistant.");

  await page.getByRole("row", { name: new RegExp(third) }).getByRole("link", { name: /^Change/ }).click();
  await page.getByRole("link", { name: /^Why can/ }).click();
  await isAccessible(page);
  await expect(page.getByRole("row", { name: /^Change text and lessons/ })).toContainText("Assistants see everything and change nothing.");
  await page.goBack();
  await page.locator("summary", { hasText: "Block" }).click();
  await isAccessible(page);
  await page.getByRole("button", { name: /^Block / }).last().click();
  await expect(page.getByRole("status").first()).toContainText("is blocked from the course.");
  await visit(student, course);
  await expect(student.getByText("You cannot join this course.")).toBeVisible();

  await page.goto(`${course}/people#add`);
  await page.getByLabel("Email", { exact: true }).fill("nobody.yet@lectern.example");
  await page.getByLabel("They are in the course").selectOption("When they say yes to an invitation");
  await page.getByRole("button", { name: "Add to the course" }).click();
  await expect(page.getByRole("heading", { name: "Waiting for an account" })).toBeVisible();
  await isAccessible(page);
  await page.getByRole("button", { name: "Take back nobody.yet@lectern.example" }).click();
  await expect(page.getByRole("heading", { name: "Waiting for an account" })).toBeHidden();
  await student.context().close();
});
