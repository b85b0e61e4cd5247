import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/* MapLibre is served as its makers built it: it finds its worker beside itself, and the policy of
   the pages allows workers from this server only. The folder carries the version, so that browsers may keep it for ever. */
const { version } = JSON.parse(readFileSync("node_modules/maplibre-gl/package.json", "utf8"));
const folder = `maplibre-${version}`;
const parts = ["maplibre-gl.mjs", "maplibre-gl-worker.mjs"];

function maplibre() {
  return {
    name: "maplibre-as-built",
    enforce: "pre",
    resolveId(source) {
      return source === "maplibre-gl" ? { id: `./${folder}/maplibre-gl.mjs`, external: true } : null;
    },
    writeBundle({ dir }) {
      const copy = (from, to) => {
        mkdirSync(dirname(join(dir, to)), { recursive: true });
        copyFileSync(from, join(dir, to));
      };
      for (const part of parts) copy(`node_modules/maplibre-gl/dist/${part}`, `${folder}/${part}`);
      copy("node_modules/maplibre-gl/LICENSE.txt", `${folder}/LICENSE.txt`);
      const font = "node_modules/@fontsource-variable/source-sans-3";
      copy(`${font}/files/source-sans-3-latin-wght-normal.woff2`, "font/source-sans-3.woff2");
      copy(`${font}/LICENSE`, "font/LICENSE");
    },
  };
}

export default defineConfig({
  plugins: [maplibre(), svelte()],
  base: "./",
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    cssCodeSplit: true,
    rollupOptions: {
      input: { map: "src/map.js", past: "src/past.js", draw: "src/draw.js" },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name]-[hash].js", assetFileNames: "[name][extname]" },
    },
  },
});
