// Limits that the system sets a process, where it tells.

/** @returns how many files and sockets may be open; Infinity: any number; null: it is not told */
export function openFilesLimit(): number | null {
  const report: unknown = process.report.getReport();
  const soft = fieldOf(fieldOf(fieldOf(report, "userLimits"), "open_files"), "soft");
  if (soft === "unlimited") return Infinity;
  return typeof soft === "number" ? soft : null;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
