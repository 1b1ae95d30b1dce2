// Makes dist/page, all that the live page is: its modules in one script, its styles with those of
// the plots, and the client's movement rule as WebAssembly. Nothing comes from anywhere else.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const here = new URL("./", import.meta.url);
const root = new URL("../../", here);
const out = new URL("dist/page/", root);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const bundle = await rolldown({
  input: fileURLToPath(new URL("./main.ts", here)),
  platform: "browser",
  cwd: fileURLToPath(root),
});
await bundle.write({ file: fileURLToPath(new URL("page.js", out)), format: "esm", minify: true });
await bundle.close();

/** In this order: what is said later holds. */
const styles = [
  "../../node_modules/uplot/dist/uPlot.min.css",
  "./style/base.css",
  "./style/controls.css",
  "./style/top.css",
  "./style/map.css",
  "./style/panels.css",
  "./style/help.css",
  "./style/narrow.css",
];
writeFileSync(
  new URL("page.css", out),
  styles.map((path) => readFileSync(new URL(path, here), "utf8")).join("\n"),
);
for (const name of ["index.html", "icon.svg"])
  copyFileSync(new URL(name, here), new URL(name, out));
copyFileSync(new URL("build/motion.wasm", root), new URL("motion.wasm", out));
