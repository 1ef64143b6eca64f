import { once } from 'node:events';
import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
} from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import type { Product } from './product.js';

/** What stands on the wire: no client in between that tidies addresses and methods up. */
export interface Wire {
  ask(method: string, path: string, headers?: OutgoingHttpHeaders): Promise<Answered>;
  /** Sends bytes as they are, and returns whatever comes back until the connection ends. */
  say(bytes: string): Promise<string>;
}

interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export async function openWire({ app }: Product): Promise<Wire> {
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  return {
    ask: async (method, path, headers = {}) => {
      const asked = request({ agent, port, method, path, headers }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      return { status: answer.statusCode ?? 0, headers: answer.headers, text: await textOf(answer) };
    },
    say: (bytes) =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1').setEncoding('latin1');
        let heard = '';
        socket.on('data', (part: string) => {
          heard += part;
        });
        socket.on('close', () => resolve(heard)).on('error', reject);
        socket.end(Buffer.from(bytes, 'latin1'));
      }),
  };
}
