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

const styles = ["node_modules/uplot/dist/uPlot.min.css", "src/page/style.css"];
writeFileSync(
  new URL("page.css", out),
  styles.map((path) => readFileSync(new URL(path, root), "utf8")).join("\n"),
);
for (const name of ["index.html", "icon.svg"])
  copyFileSync(new URL(name, here), new URL(name, out));
copyFileSync(new URL("build/motion.wasm", root), new URL("motion.wasm", out));
