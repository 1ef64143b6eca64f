import type { StreamedEntry } from './sink.js';

/** Facility 13, log audit (RFC 5424 §6.2.1). */
const FACILITY = 13;
const [WARNING, INFORMATIONAL] = [4, 6];
const BOM = '\uFEFF';
/** No enterprise number of our own: RFC 5612 sets this one aside, so that it is no vendor's. */
const ENTERPRISE = 32_473;

/** Which process writes. */
export interface SyslogOrigin {
  hostname: string;
  processId: string;
}

/** An audit event as RFC 5424 writes it: everything in the header is ASCII, the JSON is UTF-8 behind a BOM. */
export function syslogMessage(origin: SyslogOrigin, practiceId: string, entry: StreamedEntry): string {
  const priority = FACILITY * 8 + (entry.outcome === 'success' ? INFORMATIONAL : WARNING);
  const [hostname, processId] = [printable(origin.hostname, 255), printable(origin.processId, 128)];
  const header = `<${priority}>1 ${entry.at} ${hostname} latchkey ${processId} ${printable(entry.action, 32)}`;
  const data = structuredData(`latchkey@${ENTERPRISE}`, {
    practice: practiceId,
    seq: String(entry.seq),
    outcome: entry.outcome,
  });
  return `${header} ${data} ${BOM}${entry.line}`;
}

/** RFC 6587 §3.4.1, which RFC 5425 §4.3 prescribes: a newline inside a message cannot end it. */
export function octetCounted(message: string): Buffer {
  const bytes = Buffer.from(message, 'utf8');
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

/** RFC 5424 §6.3: inside a value `"`, `\` and `]` are escaped, or it could end its element and begin another. */
export function structuredData(id: string, parameters: Readonly<Record<string, string>>): string {
  const written = Object.entries(parameters).map(
    ([name, value]) => ` ${name}="${value.replace(/["\\\]]/g, '\\$&')}"`,
  );
  return `[${id}${written.join('')}]`;
}

/** A field of the header: printable US-ASCII without a space, of limited length; `-` for nothing. */
function printable(text: string, longest: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, longest) || '-';
}
