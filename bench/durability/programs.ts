// The programs of others that the proof stands on: looked for before anything is measured, since
// without them nothing can be.
import { postgresPrograms } from "../../test/integration/postgres.ts";
import { redisProgram } from "../../test/integration/redis.ts";

/** @returns a sentence for each that is not there, with the remedy */
export function missingPrograms(): string[] {
  return [
    ...(postgresPrograms() === null ? ["there is no PostgreSQL: install postgresql"] : []),
    ...(redisProgram() === null ? ["there is no redis-server: install redis-server"] : []),
  ];
}
