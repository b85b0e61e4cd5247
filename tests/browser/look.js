/* Pictures of every page, phone and desk, light and dark: `SENNE_URL=… npm run look -- FOLDER [page…]`. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BASE, DESK, PHONE, addresses, launch, open, settle } from "./browser.js";

const [folder = "../../screenshots", ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const { browser, close } = await launch();
const pages = await addresses(browser);
for (const [name, path] of Object.entries(pages).filter(([name]) => !only.length || only.includes(name))) {
  for (const [size, viewport] of [["desk", DESK], ["phone", PHONE]]) {
    for (const dark of [false, true]) {
      const { context, page, faults } = await open(browser, { viewport, dark });
      await page.goto(BASE + path);
      await settle(page);
      const file = join(folder, `${name}-${size}-${dark ? "dark" : "light"}.png`);
      await page.screenshot({ path: file, fullPage: true });
      console.log(file, faults.join("; "));
      await context.close();
    }
  }
}
await close();
