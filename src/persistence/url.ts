// Where the world is kept, as written in the configuration: none, sqlite:PATH or postgres://….

/** A place for a world. */
export type StoreUrl =
  | { readonly kind: "none" }
  /** Relative to the working directory; ":memory:" ends with whoever opened it. */
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

const FORMS = "write none, sqlite:PATH or postgres://USER@HOST:PORT/DATABASE";
const SQLITE = "sqlite:";
const SCHEME = /^[a-z][a-z0-9+.-]*(?=:)/i;

/**
 * @returns the place, or a sentence that says what is wrong with `text`. The sentence never repeats
 * more of it than its scheme, because the rest may hold a password.
 */
export function parseStoreUrl(text: string): StoreUrl | string {
  if (text === "none") return { kind: "none" };
  if (text.startsWith(SQLITE)) return parsePath(text.slice(SQLITE.length));
  const scheme = SCHEME.exec(text)?.[0] ?? "";
  if (scheme === "postgres" || scheme === "postgresql") return parsePostgres(text, scheme);
  if (scheme === "") return `it names no kind of database: ${FORMS}`;
  return `"${scheme}" is not a kind of database that Aether knows: ${FORMS}`;
}

/** For log and health: what it names, without user's password or parameters. */
export function describeStoreUrl(place: StoreUrl): string {
  if (place.kind === "none") return "none";
  if (place.kind === "sqlite") return `${SQLITE}${place.path}`;
  const { username, host, pathname, searchParams } = new URL(place.url);
  const user = username === "" ? "" : `${username}@`;
  const server = host === "" ? (searchParams.get("host") ?? "") : host;
  return `postgres://${user}${server}${pathname}`;
}

function parsePath(path: string): StoreUrl | string {
  if (path === "") return "sqlite: names no file: write sqlite:PATH, e.g. sqlite:data/aether.db";
  // Whoever writes sqlite://data/x.db means data/x.db, and would get /data/x.db.
  if (path.startsWith("//")) return "sqlite: takes a path and no slashes before it: sqlite:PATH";
  if (path.includes("\0")) return "a path cannot hold the character NUL: write sqlite:PATH";
  return { kind: "sqlite", path };
}

function parsePostgres(text: string, scheme: string): StoreUrl | string {
  if (text.startsWith(`${scheme}://`) && URL.canParse(text) && !isMisread(new URL(text))) {
    return { kind: "postgres", url: text };
  }
  return (
    `it is not a URL of ${scheme}: write ${scheme}://USER@HOST:PORT/DATABASE; ` +
    "special characters of a password are written as %XX"
  );
}

/** A password with "/", "?", "#" or "%" in it ends too early, and its rest looks like the place. */
function isMisread({ username, password, pathname, search, hash }: URL): boolean {
  if (hash !== "" || pathname.includes("@") || search.includes("@")) return true;
  try {
    decodeURIComponent(username + password);
    return false;
  } catch {
    return true;
  }
}
