/* The page of one series: zoom by keys, by dragging and by links alone; its files; its table. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BASE, PHONE, addresses, launch, open } from "./browser.js";

let chromium;
let past;
before(async () => {
  chromium = await launch();
  ({ past } = await addresses(chromium.browser));
});
after(() => chromium.close());

const length = (url) => {
  const { searchParams } = new URL(url);
  return Date.parse(searchParams.get("to")) - Date.parse(searchParams.get("from"));
};

test("keys zoom and move, the address follows, and back goes back", async () => {
  const { context, page, faults } = await open(chromium.browser);
  await page.goto(BASE + past);
  const chart = page.locator(".past-chart");
  await chart.focus();
  const moved = async (key) => {
    const before = page.url();
    await page.keyboard.press(key);
    await page.waitForURL((url) => url.href !== before);
    await page.waitForFunction(() => document.activeElement?.className === "past-chart");
    return page.url();
  };
  const near = await moved("+");
  assert.equal(length(await moved("+")), length(near) / 2);
  assert.equal(length(await moved("-")), length(near));
  const here = new URL(page.url()).searchParams.get("from");
  assert.ok(new URL(await moved("ArrowRight")).searchParams.get("from") > here);
  await moved("ArrowLeft");
  await moved("0");
  await page.goBack();
  await page.waitForFunction((from) => location.search.includes(encodeURI(from)), here);
  const box = await chart.boundingBox();
  const before = page.url();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 90);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 90, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL((url) => url.href !== before);
  const share = length(page.url()) / length(before);
  assert.ok(share > 0.15 && share < 0.25, `a fifth was chosen, not ${share}`);
  await page.reload();
  assert.equal(await page.locator("#main h1").count(), 1, "the address is the state");
  assert.deepEqual(faults, []);
  await context.close();
});

test("without scripts links do the same, and the table says what the chart says", async () => {
  const { context, page } = await open(chromium.browser, { scripts: false, viewport: PHONE });
  await page.goto(BASE + past);
  assert.equal(await page.locator("svg.chart").count(), 1);
  await page.getByRole("link", { name: "Plus près" }).click();
  await page.waitForURL(/from=/);
  const first = length(page.url());
  await page.getByRole("link", { name: "Plus large" }).click();
  await page.waitForURL((url) => length(url) === first * 2);
  await page.locator("summary", { hasText: "Le tableau" }).click();
  assert.ok((await page.locator(".past-table tbody tr").count()) > 5);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth).catch(() => 0);
  assert.ok(wide <= 0, `${wide} px too wide`);
  await context.close();
});

test("files hold the rows of the table", async () => {
  const { context, page } = await open(chromium.browser, { language: "en" });
  await page.goto(BASE + past.replace("/fr/", "/en/"));
  const rows = await page.locator(".past-table tbody tr").count();
  const [csv] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "as CSV" }).click()]);
  const stream = await csv.createReadStream();
  let text = "";
  for await (const part of stream) text += part;
  const lines = text.trim().split("\n").length - 1;
  assert.ok(Math.abs(lines - rows) <= 3, `${lines} lines, ${rows} rows (the simulated city goes on)`);
  const [parquet] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "as Parquet" }).click()]);
  assert.match(parquet.suggestedFilename(), /\.parquet$/);
  await context.close();
});
