// Files of a course: added, named in a lesson, seen by a student; refused with a reason; deleted. With a script and without.
import { deflateSync } from "node:zlib";
import { as, expect, expects, isAccessible, publishedCourse, signIn, test, unique, visit } from "../fixtures/index.mjs";

const crcs = Array.from({ length: 256 }, (_, n) => Array(8).fill().reduce((c) => (c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1), n) >>> 0);
const crc = (bytes) => (bytes.reduce((c, byte) => crcs[(c ^ byte) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

/** A grey PNG. */
function png(width, height) {
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const lines = Buffer.alloc((width + 1) * height, 150);
  for (let line = 0; line < height; line += 1) lines[line * (width + 1)] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", deflateSync(lines)), chunk("IEND", Buffer.alloc(0))]);
}

/** Keeps what the bar of an upload shows from now on, and what is said below it, for the page that comes after it. */
function watchUpload(page) {
  return page.evaluate(() => {
    const [bar, said] = ["#uploaded", "#upload [role=status]"].map((selector) => document.querySelector(selector));
    const shown = { bar: [], words: [] };
    const keep = () => {
      shown.bar.push(bar.value);
      shown.words.push(said.textContent);
      sessionStorage.setItem("shown", JSON.stringify(shown));
    };
    new MutationObserver(keep).observe(bar, { attributes: true });
    new MutationObserver(keep).observe(said, { childList: true, characterData: true, subtree: true });
  });
}

test("files are added, named in a lesson, and seen there by a student", async ({ page, browser, baseURL }, testInfo) => {
  await signIn(page, "second.instructor@lectern.example");
  const course = await publishedCourse(page, unique("Quarries", testInfo));
  await visit(page, course);
  await page.getByRole("link", { name: "Files" }).click();
  await expect(page.getByRole("heading", { name: "No files yet" })).toBeVisible();
  await isAccessible(page);
  // What is no picture is refused, with the reason.
  const liar = { name: "map.png", mimeType: "image/png", buffer: Buffer.from("<script>alert(1)</script>") };
  const isRefused = async () => {
    await page.getByLabel("Files", { exact: true }).setInputFiles([liar]);
    await page.getByRole("button", { name: "Add files" }).click();
    await expect(page.getByText("Not kept: map.png is not what its name says").first()).toBeVisible();
  };
  if (page.isScripted) {
    // By the script, and the page stays; until that is awake a browser sends the form by itself, and shows another page.
    await expect(async () => {
      await page.evaluate(() => { globalThis.stays = true; });
      await isRefused();
      expect(await page.evaluate(() => globalThis.stays)).toBe(true);
    }).toPass({ timeout: 30_000 });
    await expect(page.locator("#upload").getByRole("status")).toContainText("Not kept: map.png is not what its name says");
    await watchUpload(page);
  } else {
    await isRefused();
  }
  await isAccessible(page);

  const files = [
    { name: "Old quarry.png", mimeType: "image/png", buffer: png(2400, 1200) },
    { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("Stone is heavy.") },
  ];
  await page.getByLabel("Files", { exact: true }).setInputFiles(files);
  await page.getByRole("button", { name: "Add files" }).click();
  await expect(page.getByRole("status").first()).toContainText("Old quarry.png is added as Old-quarry.png. notes.txt is added.");
  if (page.isScripted) {
    const { bar, words } = await page.evaluate(() => JSON.parse(sessionStorage.getItem("shown") ?? "{}"));
    expect(bar).toContain(100);
    expect(words).toContain("100 % sent");
  }
  await expect(page.getByRole("link", { name: "Old-quarry.png" })).toBeVisible();
  await isAccessible(page);

  await page.goto(`${course}/lessons/new`);
  await page.getByLabel("Title").fill("Stone");
  await page.getByLabel("Text", { exact: true }).fill("![The old quarry](files/Old-quarry.png)\n\nSee [the notes](files/notes.txt).");
  await page.getByLabel("Students can read it").check();
  await page.getByRole("button", { name: "Add lesson" }).click();
  const picture = page.getByRole("img", { name: "The old quarry" });
  await expect(picture).toBeVisible();
  await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => picture.evaluate((it) => it.naturalWidth)).toBe(2000);
  expect(await picture.evaluate((it) => it.clientWidth <= it.parentElement.clientWidth)).toBe(true);
  await isAccessible(page);
  const lesson = page.url();

  const student = await as(browser, baseURL, page, "student@lectern.example");
  await visit(student, course);
  await student.getByRole("button", { name: "Join course" }).click();
  await visit(student, lesson);
  await expect(student.getByRole("img", { name: "The old quarry" })).toBeVisible();
  // A file's own page runs nothing: not what the story watches with either.
  expects(student, /^console: Blocked script execution in '\S+\/files\/notes\.txt'/);
  await student.getByRole("link", { name: "the notes" }).click();
  await expect(student.getByText("Stone is heavy.")).toBeVisible();
  await student.context().close();

  await page.goto(`${course}/files`);
  await expect(page.getByText("Named in").first()).toBeVisible();
  await page.getByRole("button", { name: "Delete notes.txt" }).click();
  await page.getByRole("button", { name: "Delete this file" }).first().click();
  await expect(page.getByRole("status").first()).toContainText("notes.txt is deleted.");
  await visit(page, `${course}/files`);
});
