// How many sessions each account has, connected or expected back.

export class Accounts {
  /** At most one entry a session; the account of nobody is not counted. */
  readonly #sessions = new Map<string, number>();

  count(account: string): number {
    return this.#sessions.get(account) ?? 0;
  }

  add(account: string): void {
    if (account !== "") this.#sessions.set(account, this.count(account) + 1);
  }

  remove(account: string): void {
    const left = this.count(account) - 1;
    if (left > 0) this.#sessions.set(account, left);
    else this.#sessions.delete(account);
  }
}
