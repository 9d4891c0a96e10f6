// With scripts alone, since only a script can try. What a page tries and the policy forbids is reported by the browser, and an admin sees it.
import { expect, expects, signIn, test } from "../fixtures/index.mjs";

test("a picture from elsewhere is not fetched, and an admin reads of it", async ({ page, browser, baseURL }) => {
  const context = await browser.newContext({ baseURL });
  const attacked = await context.newPage();
  // The browser says that it refuses, and that nothing came.
  expects(attacked, /evil\.example/);
  const fetched = [];
  attacked.on("requestfinished", (request) => fetched.push(request.url()));
  await attacked.goto("/courses");
  const reported = attacked.waitForRequest((request) => request.url().endsWith("/reports/csp"), { timeout: 20_000 }).catch(() => null);
  await attacked.evaluate(() => {
    const picture = new Image();
    picture.src = "https://evil.example/seen.png";
    document.body.append(picture);
  });
  await reported;
  await signIn(page, "admin@lectern.example");
  await expect(async () => {
    await page.goto("/admin/server");
    await expect(page.getByText("https://evil.example/seen.png")).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 40_000 });
  expect(fetched.filter((url) => url.includes("evil.example"))).toEqual([]);
  await context.close();
});
