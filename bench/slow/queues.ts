// What the kernel holds of connections on this machine: bytes that a server has sent and that its
// clients have not read. A process of its own: where there are thousands of connections, reading
// the system's table of them takes tens of milliseconds, and would make the load late. Linux only.
import { readFileSync } from "node:fs";
import { answerBy } from "../ask.ts";

export interface QueuesOrder {
  readonly serverPort: number;
}
/** Bytes in both queues of the connections with a port, by the client's port. */
export type Queues = ReadonlyMap<number, number>;

function queuesOf({ serverPort }: QueuesOrder): Queues {
  const queues = new Map<number, number>();
  const add = (port: number, bytes: number): void => {
    queues.set(port, (queues.get(port) ?? 0) + bytes);
  };
  // "sl local_address rem_address st tx_queue:rx_queue …", hexadecimal.
  for (const line of readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1)) {
    const [, local = "", remote = "", , queue = ""] = line.trim().split(/\s+/);
    const [sent = 0, received = 0] = queue.split(":").map((text) => parseInt(text, 16));
    if (portOf(local) === serverPort) add(portOf(remote), sent);
    else if (portOf(remote) === serverPort) add(portOf(local), received);
  }
  return queues;
}

answerBy((order) => Promise.resolve(queuesOf(order as QueuesOrder)));

function portOf(address: string): number {
  return parseInt(address.split(":")[1] ?? "", 16);
}
