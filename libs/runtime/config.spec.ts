import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.js';

const CANARY = 'canary-9D7K3Q';

const faultOf = (environment: Record<string, string>): string => {
  try {
    loadConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('the environment was accepted');
};

describe('the configuration', () => {
  it('needs nothing for the embedded default', () => {
    const config = loadConfig({});
    expect(config.publicUrl).toBe('http://127.0.0.1:3000');
    expect(config.values).toMatchObject({ ROLES: ['api', 'worker'], SAMPLE: 'on', DATA_DIR: '.latchkey' });
    expect(config.loopback).toBe(true);
  });

  it('is frozen', () => {
    expect(Object.isFrozen(loadConfig({}).values)).toBe(true);
  });

  it('takes an empty variable for an absent one', () => {
    expect(loadConfig({ REDIS_URL: '', PORT: '' }).values).toMatchObject({ PORT: 3000 });
  });

  it.each([
    ['PORT', `70000${CANARY}`],
    ['HOST', `not a host ${CANARY}`],
    ['DATABASE_URL', `mysql://user:${CANARY}@host/db`],
    ['DATABASE_ADMIN_URL', CANARY],
    ['DATABASE_AUDITOR_URL', CANARY],
    ['REDIS_URL', `redis://one,${CANARY}`],
    ['SMTP_URL', `http://user:${CANARY}@host`],
    ['SMTP_CONNECTIONS', `0${CANARY}`],
    ['MAIL_FROM', CANARY],
    ['LMTP_PORT', `25${CANARY}`],
    ['LMTP_HOST', `not a host ${CANARY}`],
    ['BOUNCE_TOKEN', 'canary-9D7K3Q'],
    ['BOUNCE_ADDRESS', CANARY],
    ['PUBLIC_URL', `https://host/${CANARY}`],
    ['PUBLIC_URL', `https://user:${CANARY}@host`],
    ['SUPPORT_CONTACT', `javascript:${CANARY}`],
    ['TRUSTED_PROXIES', `10.0.0.0/8,${CANARY}`],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['AUDIT_ANCHORS', `file:///mnt/anchors,ftp://${CANARY}`],
    ['AUDIT_ANCHORS', `http://${CANARY}.example/anchors`],
    ['AUDIT_SINKS', `syslog://${CANARY}.example:514`],
    ['AUDIT_SINKS', `syslog+tls://siem.example:6514/${CANARY}`],
    ['AUDIT_SINKS', `https://siem.example/,http://${CANARY}.example/`],
    ['AUDIT_SINKS', `https://user:${CANARY}@siem.example/`],
    ['AUDIT_SINK_TOKEN', `${CANARY} and more`],
    ['AUDIT_SINK_CA', CANARY],
    ['ROLES', `api,${CANARY}`],
    ['RATE_LIMIT_FACTOR', '0'],
    ['CLOCK_OFFSET_SECONDS', `1.5${CANARY}`],
    ['SAMPLE', CANARY],
    ['LOG_LEVEL', CANARY],
  ])('names %s and its rule when it is wrong, never its value', (name, value) => {
    const fault = faultOf({ [name]: value });
    expect(fault).toMatch(new RegExp(`^${name} must be `));
    expect(fault).not.toContain(CANARY);
  });

  it('reports all faults at once', () => {
    expect(faultOf({ PORT: '-1', SAMPLE: 'maybe' })).toMatch(/PORT must .*; SAMPLE must /);
  });

  it('reads X from the file named by X_FILE', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'latchkey-config-')), 'url');
    writeFileSync(file, 'postgresql://db/latchkey\n');
    expect(loadConfig({ DATABASE_URL_FILE: file }).values.DATABASE_URL).toBe('postgresql://db/latchkey');
    expect(faultOf({ DATABASE_URL_FILE: `${file}-${CANARY}` })).toBe(
      'DATABASE_URL_FILE names a file that cannot be read',
    );
    expect(faultOf({ DATABASE_URL_FILE: file, DATABASE_URL: 'postgresql://db/other' })).toContain('keep one');
  });

  it('is an origin everywhere: no trailing slash, brackets round IPv6', () => {
    expect(loadConfig({ PUBLIC_URL: 'https://latchkey.example/' }).publicUrl).toBe(
      'https://latchkey.example',
    );
    expect(loadConfig({ HOST: '::1', PORT: '8080' }).publicUrl).toBe('http://[::1]:8080');
  });
});

describe('in production', () => {
  const production = {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgresql://db/latchkey',
    SMTP_URL: 'smtps://mail.example',
    PUBLIC_URL: 'https://latchkey.example',
    LATCHKEY_KEYS: 'k1:x',
  };

  it('starts with the four that it needs', () => {
    expect(loadConfig(production).production).toBe(true);
  });

  it.each(['DATABASE_URL', 'SMTP_URL', 'PUBLIC_URL', 'LATCHKEY_KEYS'])(
    'refuses to start without %s',
    (name) => {
      expect(faultOf({ ...production, [name]: '' })).toBe(`${name} must be set when NODE_ENV is production`);
    },
  );

  it('refuses a shifted clock', () => {
    expect(faultOf({ ...production, CLOCK_OFFSET_SECONDS: '1' })).toContain('CLOCK_OFFSET_SECONDS');
  });
});
