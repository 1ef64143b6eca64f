import { createTransport } from 'nodemailer';
import { mailServer } from './mail-server.js';

const LIMITS = { connections: 1, connectSeconds: 5, greetingSeconds: 5, silenceSeconds: 5 };

/** Whether a mail server lets us in, where it is, and what it said if it does not. */
export interface ProbedServer {
  place: string;
  fault: string | null;
}

/** Connects, greets and signs in where `SMTP_URL` says so; sends nothing. Never throws. */
export async function probeMailServer(url: string): Promise<ProbedServer> {
  const options = mailServer(url, LIMITS);
  const place = `${options.host}:${options.port}`;
  const transport = createTransport(options);
  try {
    await transport.verify();
    return { place, fault: null };
  } catch (error) {
    // One line of the server's: it never repeats a password.
    return { place, fault: ((error as Error).message.split('\n', 1)[0] ?? '').slice(0, 200) };
  } finally {
    transport.close();
  }
}
