import type { AddressInfo } from 'node:net';
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';

/** A mail server that says no to some people, and hands what it takes to the mailbox. */
export interface ChoosyMailServer {
  url: string;
  /** Address → the server's reply to RCPT TO, such as `550 no such user`; whoever is not named is served. */
  refusals: Map<string, string>;
  /** Where accepted mail goes. */
  target: string;
  stop(): Promise<void>;
}

export async function openChoosyMailServer(): Promise<ChoosyMailServer> {
  const choosy = { url: '', refusals: new Map<string, string>(), target: '' };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onRcptTo: ({ address }, _session, done) => {
      const reply = choosy.refusals.get(address);
      if (!reply) return done();
      return done(Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) }));
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        const to = envelope.rcptTo.map(({ address }) => address);
        const transport = createTransport(choosy.target);
        transport
          .sendMail({ envelope: { from, to }, raw: Buffer.concat(chunks) })
          .then(() => done(null, 'queued as 4711'), done);
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  choosy.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(resolve);
      for (const connection of server.connections) connection.close();
    });
  return Object.assign(choosy, { stop });
}
