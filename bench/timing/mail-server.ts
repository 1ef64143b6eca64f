/** SMTP server in its own process: keeps of every mail the temporary password that it brings, and can go away. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { answerParent } from '../side-process.js';
import { SmtpConversation } from '../smtp-conversation.js';

export type MailQuestion = { ask: 'listen' } | { ask: 'credential'; address: string } | { ask: 'go away' };

const credentials = new Map<string, string>();
const open = new Set<Socket>();
const server: Server = createServer((socket) => {
  open.add(socket);
  socket.once('close', () => open.delete(socket));
  const conversation = new SmtpConversation(keep, (reply) => socket.write(reply));
  socket.setNoDelay(true).setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    if (conversation.take(chunk) === 'quit') socket.end();
  });
  socket.on('error', () => socket.destroy());
  socket.write('220 mail ESMTP\r\n');
});

function keep(recipients: string[], message: string): void {
  const credential = /^Temporary password:\r\n([0-9A-Z-]+)\r\n/m.exec(message)?.[1];
  if (credential) for (const address of recipients) credentials.set(address, credential);
}

async function answer(question: MailQuestion): Promise<number | string | null> {
  if (question.ask === 'credential') return credentials.get(question.address) ?? null;
  if (question.ask === 'go away') {
    server.close();
    for (const socket of open) socket.destroy();
    return null;
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

answerParent(answer);
