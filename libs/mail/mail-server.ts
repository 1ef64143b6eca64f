import type { SMTPPoolOptions } from 'nodemailer/lib/smtp-pool';

/** What limits the talk with one mail server. */
export interface MailServerLimits {
  connections: number;
  connectSeconds: number;
  greetingSeconds: number;
  silenceSeconds: number;
}

/**
 * Reads one `SMTP_URL`. TLS with a valid certificate is required (RFC 8314), but not on loopback, where no
 * wire can be tapped, nor with `?starttls=optional`, for a relay on a private network that offers none.
 * @throws Error naming the rule, never the URL: it holds a password
 */
export function mailServer(url: string, limits: MailServerLimits): SMTPPoolOptions & { pool: true } {
  const { protocol, hostname, port, username, password, searchParams } = parse(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const loopback = isLoopback(host);
  const encryption =
    protocol === 'smtps:'
      ? { secure: true }
      : loopback || searchParams.get('starttls') === 'optional'
        ? { secure: false, opportunisticTLS: true }
        : { secure: false, requireTLS: true };
  return {
    pool: true,
    host,
    port: Number(port) || (protocol === 'smtps:' ? 465 : 587),
    ...encryption,
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: !loopback },
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    maxConnections: limits.connections,
    // A pooled connection may turn out to be dead when it is used again; more is the outbox's to repeat.
    maxRequeues: 2,
    connectionTimeout: limits.connectSeconds * 1000,
    dnsTimeout: limits.connectSeconds * 1000,
    greetingTimeout: limits.greetingSeconds * 1000,
    socketTimeout: limits.silenceSeconds * 1000,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function parse(url: string): URL {
  if (!URL.canParse(url)) throw new Error('SMTP_URL must be a URL');
  const parsed = new URL(url);
  if (!['smtp:', 'smtps:'].includes(parsed.protocol) || parsed.hostname === '') {
    throw new Error('SMTP_URL must start with smtp:// or smtps:// and name a host');
  }
  for (const [name, value] of parsed.searchParams) {
    if (name !== 'starttls' || value !== 'optional') {
      throw new Error('SMTP_URL takes no parameter but starttls=optional');
    }
  }
  return parsed;
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    /^127(?:\.\d{1,3}){3}$/.test(host)
  );
}
