import { readFileSync } from 'node:fs';
import { BlockList, isIP, isIPv4 } from 'node:net';
import * as z from 'zod';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) =>
        URL.canParse(text) && protocols.includes(new URL(text).protocol) && new URL(text).hostname !== '',
      `must be a URL starting with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );
const urls = (...protocols: string[]) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(url(...protocols)).min(1));
const number = (rule: string, accepts: (value: number) => boolean) =>
  z
    .string()
    .refine((text) => text.trim() !== '' && accepts(Number(text)), rule)
    .transform(Number);
const isPort = (value: number) => Number.isInteger(value) && value >= 0 && value <= 65_535;
const host = z.string().regex(/^[\w.:-]+$/, 'must be an address or a host name');
const cidrs = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.string().refine(isCidr, 'must be CIDRs or addresses separated by commas')));
const anchors = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(z.string().refine(isAnchor, 'must be file:///… or https://… URLs separated by commas')));
const sinks = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(
    z.array(
      z
        .string()
        .refine(
          isSink,
          'must be syslog+tls://host:port or https://… URLs separated by commas, syslog:// and http:// on loopback only',
        ),
    ),
  );
const roles = z
  .string()
  .refine(
    (text) => text === 'all' || text.split(',').every((part) => ['api', 'worker'].includes(part.trim())),
    'must be all, or a comma list of api and worker',
  )
  .transform((text) =>
    text === 'all' ? ['api', 'worker'] : [...new Set(text.split(',').map((p) => p.trim()))],
  );
const origin = url('http:', 'https:').refine(
  (text) => ['', '/'].includes(new URL(text).pathname) && !/[?#@]/.test(text),
  'must be an origin: no path, query or user',
);

const Environment = z.object({
  NODE_ENV: z.string().optional(),
  PORT: number('must be a port, 0 to 65535', isPort).default(3000),
  HOST: host.default('127.0.0.1'),
  DATABASE_URL: url('postgres:', 'postgresql:').optional(),
  DATABASE_ADMIN_URL: url('postgres:', 'postgresql:').optional(),
  DATABASE_AUDITOR_URL: url('postgres:', 'postgresql:').optional(),
  REDIS_URL: urls('redis:', 'rediss:').optional(),
  SMTP_URL: urls('smtp:', 'smtps:').optional(),
  SMTP_CONNECTIONS: number(
    'must be a whole number, 1 to 100',
    (n) => Number.isInteger(n) && n >= 1 && n <= 100,
  ).default(8),
  MAIL_FROM: z
    .string()
    .max(300)
    .regex(
      /^(?:[^<>\p{Cc}"]+ )?<[^\s<>@\p{Cc}]+@[^\s<>@\p{Cc}]+>$|^[^\s<>@\p{Cc}]+@[^\s<>@\p{Cc}]+$/u,
      'must be `Name <address>`',
    )
    .default('Latchkey <no-reply@latchkey.localhost>'),
  LMTP_PORT: number('must be a port, 0 to 65535', isPort).optional(),
  LMTP_HOST: host.default('127.0.0.1'),
  BOUNCE_TOKEN: z.string().min(16, 'must be a text of at least 16 characters').optional(),
  BOUNCE_ADDRESS: z
    .string()
    .max(254)
    .regex(/^[^\s<>@\p{Cc}]+@[^\s<>@\p{Cc}]+$/u, 'must be an address')
    .optional(),
  OPERATOR_PORT: number('must be a port, 0 to 65535', isPort).optional(),
  PUBLIC_URL: origin.optional(),
  SUPPORT_CONTACT: url('https:', 'http:', 'mailto:', 'tel:')
    .or(z.string().regex(/^mailto:[^\s\p{Cc}]+$/u))
    .optional(),
  TRUSTED_PROXIES: cidrs.default([]),
  DATA_DIR: z.string().min(1).default('.latchkey'),
  LATCHKEY_KEYS: z.string().optional(),
  LATCHKEY_OPERATOR_TOKEN: z.string().optional(),
  METRICS_TOKEN: z.string().min(16, 'must be at least 16 characters').optional(),
  AUDIT_ANCHORS: anchors.default([]),
  AUDIT_SINKS: sinks.default([]),
  AUDIT_SINK_TOKEN: z
    .string()
    .regex(/^[\w.~+/-]+=*$/, 'must be a bearer token (RFC 6750 §2.1)')
    .optional(),
  AUDIT_SINK_CA: z
    .string()
    .regex(/^-----BEGIN CERTIFICATE-----/, 'must be certificates in PEM')
    .optional(),
  ROLES: roles.default(['api', 'worker']),
  RATE_LIMIT_FACTOR: number('must be a number above 0', (n) => Number.isFinite(n) && n > 0).default(1),
  CLOCK_OFFSET_SECONDS: number('must be a whole number of seconds', Number.isInteger).default(0),
  SAMPLE: z.enum(['on', 'off']).default('on'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
});

type Values = z.infer<typeof Environment>;

/** What is wrong with the environment: the variables and their rules, never their values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The checked, frozen configuration of one process; `docs/configuration.md` describes each variable. */
export class Config {
  readonly production: boolean;
  /** Host the listener binds to is reachable from this machine only. */
  readonly loopback: boolean;

  constructor(readonly values: Readonly<Values>) {
    this.production = values.NODE_ENV === 'production';
    this.loopback = LOOPBACK.has(values.HOST);
    Object.freeze(this.values);
  }

  /** Without a mail server, mail goes to the built-in mailbox, but only where nobody else can read it. */
  get usesMailbox(): boolean {
    return !this.values.SMTP_URL && this.loopback && !this.production;
  }

  /**
   * Domain of the addresses that mail is returned to; null when nobody takes returned mail. Then the sender's own
   * address is given: many servers let nobody send under another.
   */
  get returnDomain(): string | null {
    const { LMTP_PORT, BOUNCE_TOKEN, BOUNCE_ADDRESS, MAIL_FROM } = this.values;
    if (LMTP_PORT === undefined && !BOUNCE_TOKEN && !BOUNCE_ADDRESS) return null;
    return (BOUNCE_ADDRESS ?? MAIL_FROM).replace(/^.*@/, '').replace(/>.*$/, '');
  }

  /** Origin of every link and of the cookie's `Secure`: never the `Host` header. */
  get publicUrl(): string {
    const host = this.values.HOST.includes(':') ? `[${this.values.HOST}]` : this.values.HOST;
    return (this.values.PUBLIC_URL ?? `http://${host}:${this.values.PORT}`).replace(/\/$/, '');
  }

  get supportContact(): string {
    return this.values.SUPPORT_CONTACT?.replace(/^mailto:/, '') ?? 'the operator of this installation';
  }

  /** The same configuration with some values replaced, for a starter that fills in what it found. */
  with(changes: Partial<Values>): Config {
    return new Config({ ...this.values, ...changes });
  }
}

/**
 * Reads and checks the environment; each `X` may be given as a file named by `X_FILE`.
 * @throws ConfigError naming every variable at fault and its rule.
 */
// oxlint-disable-next-line node/no-process-env -- the one place that reads the environment
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const faults: string[] = [];
  const given: Record<string, string> = {};
  for (const name of Object.keys(Environment.shape)) {
    const value = readVariable(name, environment, faults);
    if (value !== undefined && value !== '') given[name] = value;
  }
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) faults.push(`${String(issue.path[0])} ${ruleOf(issue)}`);
  }
  if (faults.length > 0) throw new ConfigError(faults.join('; '));
  const config = new Config(parsed.data as Values);
  const missing = productionFaults(config);
  if (missing.length > 0) throw new ConfigError(missing.join('; '));
  return config;
}

function readVariable(name: string, environment: NodeJS.ProcessEnv, faults: string[]): string | undefined {
  const file = environment[`${name}_FILE`];
  if (!file) return environment[name];
  if (environment[name]) faults.push(`${name} and ${name}_FILE are both set: keep one`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    faults.push(`${name}_FILE names a file that cannot be read`);
    return undefined;
  }
}

function ruleOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_union') return 'must be a URL or mailto: address';
  return issue.message;
}

function productionFaults(config: Config): string[] {
  const { values } = config;
  if (!config.production) return [];
  const faults = (['DATABASE_URL', 'SMTP_URL', 'PUBLIC_URL', 'LATCHKEY_KEYS'] as const)
    .filter((name) => values[name] === undefined)
    .map((name) => `${name} must be set when NODE_ENV is production`);
  if (values.CLOCK_OFFSET_SECONDS !== 0) {
    faults.push('CLOCK_OFFSET_SECONDS must be absent or 0 when NODE_ENV is production');
  }
  return faults;
}

/** What leaves the house must not be changed on its way. */
function isAnchor(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  if (protocol === 'file:') return hostname === '';
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}

/** A trail tells who did what and from where: in clear it stays on the machine. */
function isSink(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, username, password, hash } = new URL(text);
  if (hostname === '' || username || password || hash) return false;
  const near = LOOPBACK.has(hostname.replace(/^\[|\]$/g, ''));
  if (protocol === 'https:' || (protocol === 'http:' && near)) return true;
  const plain = ['', '/'].includes(pathname) && ['', '?from=now'].includes(search);
  return plain && (protocol === 'syslog+tls:' || (protocol === 'syslog:' && near));
}

function isCidr(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0 || isIP(address) === 0) return false;
  if (prefix === undefined) return true;
  try {
    new BlockList().addSubnet(address, Number(prefix), isIPv4(address) ? 'ipv4' : 'ipv6');
    return /^\d+$/.test(prefix);
  } catch {
    return false;
  }
}
