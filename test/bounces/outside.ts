import { SMTPServer, type SMTPServerEnvelope } from 'smtp-server';

export type Answer = (error?: Error | null, reply?: string) => void;

/** A mail server outside of the product, on loopback; `take` is given each mail whole, and answers it. */
export async function openOutside(
  take: (raw: Buffer, envelope: SMTPServerEnvelope, done: Answer) => void,
): Promise<SMTPServer> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => take(Buffer.concat(chunks), envelope, done));
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
