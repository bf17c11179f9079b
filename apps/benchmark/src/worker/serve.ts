import { createInterface } from 'node:readline';
import type { Request } from '../contestants/protocol.ts';

/** Answers the requests on standard input, one after the other, until it ends. */
export async function serve(answer: (request: Request) => Promise<object>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, ...request } = JSON.parse(line) as Request & { id: number };
    const reply = await answer(request as Request).then(
      (result) => ({ id, result }),
      (error: unknown) => ({ id, error: error instanceof Error ? error.message : String(error) }),
    );
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}
