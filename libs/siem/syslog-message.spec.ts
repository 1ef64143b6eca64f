import { describe, expect, it } from 'vitest';
import { octetCounted, structuredData, syslogMessage } from './syslog-message.js';

const PRACTICE = '01a209b3-1c99-7e4c-870f-55b3a5aca9df';
const ENTRY = {
  seq: 17,
  at: '2026-11-23T18:38:17.508Z',
  action: 'password-reset.requested',
  outcome: 'success',
  line: '{"event":{"action":"password-reset.requested"},"hash":"00","seq":17}',
  hash: '00',
};
const message = (changes: Partial<typeof ENTRY> = {}, hostname = 'mymachine.example.com') =>
  syslogMessage({ hostname, processId: '8710' }, PRACTICE, { ...ENTRY, ...changes });

/** The header of RFC 5424 §6, as its grammar writes it. */
const HEADER =
  /^<(?<priority>\d{1,3})>1 (?<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z) (?<host>[!-~]{1,255}) (?<app>[!-~]{1,48}) (?<process>[!-~]{1,128}) (?<id>[!-~]{1,32}) \[/;

describe('an event as a syslog message', () => {
  it('has the form of RFC 5424, with the body in UTF-8 behind a BOM', () => {
    expect(message()).toBe(
      '<110>1 2026-11-23T18:38:17.508Z mymachine.example.com latchkey 8710 password-reset.requested ' +
        `[latchkey@32473 practice="${PRACTICE}" seq="17" outcome="success"] \uFEFF${ENTRY.line}`,
    );
    expect(message()).toMatch(HEADER);
  });

  it('is a warning when it tells of something that did not succeed (§6.2.1: facility times 8, plus severity)', () => {
    expect(message({ outcome: 'refused' })).toMatch(/^<108>1 /);
    expect(message({ outcome: 'failed' })).toMatch(/^<108>1 /);
  });

  it('has a header whatever the machine is called', () => {
    expect(message({}, 'Mühle 7\n<34>1')).toMatch(HEADER);
    expect(message({}, 'ü')).toContain(' - latchkey ');
    expect(message({ action: 'x'.repeat(40) })).toMatch(HEADER);
  });
});

describe('structured data', () => {
  it('is written as in the first example of RFC 5424 §6.3.5', () => {
    const parameters = { iut: '3', eventSource: 'Application', eventID: '1011' };
    expect(structuredData('exampleSDID@32473', parameters)).toBe(
      '[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"]',
    );
  });

  it('escapes what would end a value or an element (§6.3.3)', () => {
    expect(structuredData('x@32473', { v: 'a"b\\c]d[e=f' })).toBe('[x@32473 v="a\\"b\\\\c\\]d[e=f"]');
  });
});

describe('a frame', () => {
  it('counts octets, not characters, as in RFC 5425 §4.3.1', () => {
    expect(octetCounted('ä\n€').toString('utf8')).toBe('6 ä\n€');
  });
});
