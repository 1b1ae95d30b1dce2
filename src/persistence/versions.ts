// Which versions of the schema a database still lacks. Versions only go forward: a program never
// touches a database that a newer one has changed.
import { StoreRefusal } from "./contract.ts";

export interface PendingVersion {
  readonly version: number;
  readonly statements: readonly string[];
}

/**
 * @param found version of the database, 0 for an empty one
 * @param where the database in words
 * @throws StoreRefusal when the database is newer than `migrations`
 */
export function pendingVersions(
  found: number,
  migrations: readonly (readonly string[])[],
  where: string,
): PendingVersion[] {
  if (found > migrations.length) {
    throw new StoreRefusal(
      `The schema of ${where} is version ${found}, and this program knows versions up to ` +
        `${migrations.length}. Start the newer Aether that made it, or name another database in ` +
        "persistence.url.",
    );
  }
  return migrations
    .map((statements, i) => ({ version: i + 1, statements }))
    .filter(({ version }) => version > found);
}
