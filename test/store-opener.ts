// node test/store-opener.ts open|hold URL WORLD: opens a store and says so; with hold it takes the
// world's lock and keeps it until it is killed.
import { openWorldStore } from "../src/persistence/open.ts";

const [task = "", url = "", world = ""] = process.argv.slice(2);
const store = await openWorldStore(url, { world, poolSize: 1 });
if (task === "hold") {
  console.log((await store.tryLock()) ? "locked" : "not locked");
  setInterval(() => undefined, 1000);
} else {
  await store.close();
  console.log("opened");
}
