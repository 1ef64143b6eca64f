const capabilities = '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 10485760\r\n';

/** The server's side of one SMTP connection (RFC 5321, pipelining by RFC 2920), fed with latin1 text as it arrives. */
export class SmtpConversation {
  private buffer = '';
  private recipients: string[] = [];
  private inMessage = false;

  constructor(
    private readonly accept: (recipients: string[], message: string) => void,
    private readonly reply: (line: string, afterMessage: boolean) => void,
  ) {}

  take(chunk: string): 'go on' | 'quit' {
    this.buffer += chunk;
    for (;;) {
      if (this.inMessage) {
        if (!this.endMessage()) return 'go on';
        continue;
      }
      const end = this.buffer.indexOf('\r\n');
      if (end < 0) return 'go on';
      const line = this.buffer.slice(0, end);
      this.buffer = this.buffer.slice(end + 2);
      if (this.command(line) === 'quit') return 'quit';
    }
  }

  private command(line: string): 'go on' | 'quit' {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'EHLO') this.reply(capabilities, false);
    else if (verb === 'DATA') {
      this.inMessage = this.recipients.length > 0;
      this.reply(this.inMessage ? '354 go ahead\r\n' : '503 no recipient\r\n', false);
      // So that the end of an empty message, a dot on the very first line, is found like any other.
      if (this.inMessage) this.buffer = `\r\n${this.buffer}`;
    } else if (verb === 'QUIT') {
      this.reply('221 bye\r\n', false);
      return 'quit';
    } else if (['HELO', 'MAIL', 'RSET', 'RCPT', 'NOOP'].includes(verb)) {
      if (verb === 'RCPT') this.recipients.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
      else if (verb !== 'NOOP') this.recipients = [];
      this.reply('250 ok\r\n', false);
    } else this.reply('502 not implemented\r\n', false);
    return 'go on';
  }

  /** Dot-stuffing (RFC 5321 §4.5.2) keeps a lone dot out of the text, so the first one ends the message. */
  private endMessage(): boolean {
    const end = this.buffer.indexOf('\r\n.\r\n');
    if (end < 0) return false;
    const message = this.buffer.slice(0, end);
    this.buffer = this.buffer.slice(end + 5);
    this.inMessage = false;
    this.accept(this.recipients, message);
    this.recipients = [];
    this.reply('250 accepted\r\n', true);
    return true;
  }
}
