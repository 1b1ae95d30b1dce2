// What Node.js says on stderr beside us.

/**
 * Keeps back that node:sqlite is experimental, about which an operator can do nothing. All other
 * warnings are printed as ever. Call it before SQLite is loaded.
 */
export function hushSqlite(): void {
  const printers = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    if (warning.name === "ExperimentalWarning" && warning.message.startsWith("SQLite ")) return;
    for (const print of printers) print(warning);
  });
}
