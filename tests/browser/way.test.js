/* The way of a reader: home, map, station, chart; with scripts and without. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BASE, PHONE, launch, open, settle } from "./browser.js";

let chromium;
before(async () => (chromium = await launch()));
after(() => chromium.close());

for (const scripts of [true, false]) {
  test(`home to chart ${scripts ? "with" : "without"} scripts`, async () => {
    const { context, page, faults } = await open(chromium.browser, { scripts });
    await page.goto(`${BASE}/`);
    assert.match(page.url(), /\/fr\/$/, "the browser's language is answered");
    await page.locator('a[href="/fr/map"]').first().click();
    await page.waitForURL("**/fr/map");
    if (scripts) {
      await settle(page);
      assert.equal(await page.locator(".living[data-ready]").count(), 1, "the living map has drawn itself");
    } else {
      assert.ok(await page.locator(".map-picture .mark").count(), "the drawn map has stations");
    }
    await page.getByLabel(/^Qualité de l’air/).check();
    await page.getByRole("button", { name: "Montrer" }).click();
    await page.waitForURL(/type=AirQualityObserved/);
    await settle(page);
    await page.locator(".stations a").first().click();
    await page.waitForURL("**/fr/entity/**");
    assert.ok(await page.locator("svg.chart .chart-line").count(), "there is a line");
    const sentence = await page.locator(".panel figcaption").first().innerText();
    assert.match(sentence, /moyenne/, sentence);
    const chart = page.locator("svg.chart").first();
    assert.ok((await chart.locator("title").textContent()).length > 2);
    await page.getByRole("link", { name: "30 jours" }).click();
    await page.waitForURL(/range=30d/);
    await page.locator(".panel summary").first().click();
    assert.ok(await page.locator(".panel table tbody tr").count(), "the table stands behind the chart");
    assert.deepEqual(faults, []);
    await context.close();
  });
}

test("the map moves by buttons and shows what is under the pointer", async () => {
  const { context, page, faults } = await open(chromium.browser);
  await page.goto(`${BASE}/fr/map`);
  await settle(page);
  for (const name of ["Agrandir", "Réduire", "Vers le nord", "Vers l’est", "Voir toute la Région"]) {
    await page.getByRole("button", { name, exact: true }).click();
  }
  const box = await page.locator(".living canvas").boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.locator(".map-card").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".map-card").count(), 0);
  assert.deepEqual(faults, []);
  await context.close();
});

test("an indicator of another commune, and how it came about, without scripts", async () => {
  const { context, page, faults } = await open(chromium.browser, { scripts: false });
  await page.goto(`${BASE}/en/indicators`);
  await page.getByRole("combobox").selectOption({ label: "Uccle" });
  await page.getByRole("button", { name: "Show" }).click();
  await page.waitForURL(/area=21016/);
  assert.match(await page.locator("h1").innerText(), /Uccle/);
  await page.getByRole("link", { name: /^Nitrogen dioxide/ }).first().click();
  await page.waitForURL(/\/indicator\/no2-mean\?area=21016/);
  await page.getByRole("link", { name: "Days", exact: true }).click();
  await page.waitForURL(/frequency=day/);
  assert.ok(await page.locator("svg.chart .chart-line").count(), "there is a line");
  const drawer = page.locator("details.provenance").first();
  await drawer.locator("summary").first().click();
  assert.match(await drawer.innerText(), /[0-9a-f]{16}/, "the digest of the formula");
  await drawer.locator("details > summary").click();
  assert.match(await drawer.locator("details pre").innerText(), /time_bucket/);
  const again = await page.getByRole("link", { name: /^Compute it again/ }).getAttribute("href");
  const found = await (await page.request.get(BASE + again)).json();
  assert.equal(found.same_digits, true, JSON.stringify(found));
  assert.deepEqual(faults, []);
  await context.close();
});

test("the theme is remembered without scripts", async () => {
  const { context, page } = await open(chromium.browser, { scripts: false });
  await page.goto(`${BASE}/nl/areas?sort=name`);
  await page.getByRole("button", { name: "Donker" }).click();
  await page.waitForURL(/\/nl\/areas\?sort=name$/);
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await page.goto(`${BASE}/nl/`);
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await context.close();
});

test("every page says its language and its other languages", async () => {
  const { context, page } = await open(chromium.browser);
  for (const language of ["fr", "nl", "en"]) {
    await page.goto(`${BASE}/${language}/areas`);
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    const others = await page.locator('link[rel="alternate"][hreflang]').count();
    assert.equal(others, 4);
  }
  await page.locator('.top-languages a[hreflang="nl"]').click();
  assert.match(page.url(), /\/nl\/areas$/);
  await context.close();
});

test("no page is wider than a phone", async () => {
  const { context, page } = await open(chromium.browser, { viewport: PHONE });
  const paths = ["/fr/", "/fr/map", "/fr/areas", "/fr/data", "/nl/contract/AirQualityObserved", "/fr/indicators", "/fr/indicator/no2-mean?frequency=day"];
  for (const path of [...paths, "/fr/evaluations", "/fr/evaluation/urn:ngsi-ld:Evaluation:bailli-traffic"]) {
    await page.goto(BASE + path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${path} is ${wide} px too wide`);
  }
  await context.close();
});

test("the keyboard reaches the content first", async () => {
  const { context, page } = await open(chromium.browser);
  await page.goto(`${BASE}/en/map`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await context.close();
});
