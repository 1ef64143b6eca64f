import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail server that has read a mail and does not say yet whether it takes it: the job of it stays at work. */
export interface HeldMail {
  url: string;
  /** What was sent so far, as it came. */
  raw: string[];
  stop(): Promise<void>;
}

export async function holdMail(): Promise<HeldMail> {
  const raw: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onData: (stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => raw.push(Buffer.concat(chunks).toString()));
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(resolve);
      for (const connection of server.connections) connection.close();
    });
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, raw, stop };
}
