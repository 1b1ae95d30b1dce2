// Looks at a Redis once, for a command that reports and changes nothing.
import { describeRedis, parseRedisUrl } from "./address.ts";
import { createRedis } from "./client.ts";
import { redisVersion } from "./version.ts";

/** As long as a start of the server waits for it. */
const PATIENCE_MS = 2500;
const ASKED = 9;

export interface RedisLook {
  /** Where it is, without user and password. */
  readonly where: string;
  /** Program and version; "" where it did not answer. */
  readonly name: string;
  /** Why it cannot be used at the moment, in words; null: it can. */
  readonly fault: string | null;
  /** Why it never will, as a sentence: a server would not start with it. */
  readonly refusal: string | null;
  /** The median of some answers, ms. */
  readonly answerMs: number;
  /** Its clock less this machine's, ms; null where this user may not ask. */
  readonly clockAheadMs: number | null;
  /** Whether it writes down each command (appendonly); null where it does not tell. */
  readonly keeps: boolean | null;
}

/** @param url as in `presence.redis_url`. Never throws: what goes wrong is in `fault` */
export async function lookAtRedis(url: string): Promise<RedisLook> {
  const address = parseRedisUrl(url);
  const nothing = { name: "", answerMs: NaN, clockAheadMs: null, keeps: null };
  if (typeof address === "string")
    return { ...nothing, where: "", fault: address, refusal: address };
  const where = describeRedis(address);
  const redis = createRedis(address, Math.random);
  let trouble = "no answer";
  redis.on("error", (error: Error) => (trouble = error.message));
  try {
    return await within(PATIENCE_MS, async () => {
      await redis.connect();
      const { name, refusal } = redisVersion(await redis.info("server"));
      // The client goes on in database 0 when another one is refused.
      const unfit = await redis.select(address.database).then(
        () => refusal,
        (error: unknown) => `Redis at ${where} refuses its database (${wordsOf(error)}).`,
      );
      const { answerMs, clockAheadMs } = await timed(() => redis.time());
      const keeps = await redis.info("persistence").then(
        (text) => (text.includes("aof_enabled:") ? text.includes("aof_enabled:1") : null),
        () => null,
      );
      return { where, name, fault: null, refusal: unfit, answerMs, clockAheadMs, keeps };
    });
  } catch (error) {
    const words = error instanceof Error && error.message !== "" ? error.message : trouble;
    const { password } = address;
    // ioredis only says that the connection was closed; why, came as an event.
    const why = /closed/.test(words) ? trouble : words;
    const fault = password === null ? why : why.replaceAll(password, "[password]");
    return { ...nothing, where, fault, refusal: null };
  } finally {
    redis.disconnect();
  }
}

/** Asks for the time, and measures how long that takes. */
async function timed(ask: () => Promise<(number | string)[]>): Promise<{
  readonly answerMs: number;
  readonly clockAheadMs: number | null;
}> {
  const answers: { readonly ms: number; readonly aheadMs: number | null }[] = [];
  for (let i = 0; i < ASKED; i++) {
    const asked = performance.now();
    // A user without the right is answered as quickly.
    const [seconds, us] = await ask().catch(() => []);
    const ms = performance.now() - asked;
    const at = Number(seconds) * 1000 + Number(us) / 1000;
    answers.push({ ms, aheadMs: Number.isNaN(at) ? null : at + ms / 2 - Date.now() });
  }
  answers.sort((a, b) => a.ms - b.ms);
  const middle = answers[ASKED >> 1];
  return { answerMs: middle?.ms ?? NaN, clockAheadMs: middle?.aheadMs ?? null };
}

async function within<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const limit = setTimeout(() => {
    late.reject(new Error(`it did not answer within ${limitMs / 1000} s`));
  }, limitMs);
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(limit);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
