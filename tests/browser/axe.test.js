/* axe on every page, light and dark, desk and phone: nothing may be found. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { BASE, DESK, PHONE, addresses, launch, open, settle } from "./browser.js";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/* So many pages are looked at at once. */
const AT_ONCE = 3;

/* What is wrong with a page. */
async function faultsOf([name, path], how) {
  const { context, page, faults } = await open(chromium.browser, how);
  await page.goto(BASE + path);
  await settle(page);
  const result = await new AxeBuilder({ page })
    .withTags(TAGS)
    .options({ rules: { "target-size": { enabled: true } } })
    .analyze();
  const told = result.violations.flatMap((violation) =>
    violation.nodes.slice(0, 3).map((node) => `${name}: ${violation.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`),
  );
  await context.close();
  return [...told, ...faults.map((fault) => `${name}: ${fault}`)];
}

let chromium;
let pages;
before(async () => {
  chromium = await launch();
  pages = await addresses(chromium.browser);
});
after(() => chromium.close());

for (const [size, viewport] of [["desk", DESK], ["phone", PHONE]]) {
  for (const dark of [false, true]) {
    test(`axe finds nothing: ${size}, ${dark ? "dark" : "light"}`, async () => {
      /* The programme has many pages: both sizes and both palettes are looked at, but not each with each. */
      const asked = Object.entries(pages).filter(([, path]) => !path.includes("/programme") || dark === (size === "phone"));
      const found = [];
      const work = async () => {
        for (let next = asked.pop(); next; next = asked.pop()) found.push(...(await faultsOf(next, { viewport, dark })));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      assert.deepEqual(found, []);
    });
  }
}
