/** One sample of a Prometheus text: name, labels, value. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const COMMENT =
  /^# (?:HELP [a-z_:][a-z0-9_:]* .+|TYPE [a-z_:][a-z0-9_:]* (?:counter|gauge|histogram|summary))$/i;
const SAMPLE = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (-?[0-9.e+-]+|NaN|[+-]?Inf)$/i;
const LABEL = /([a-z_][a-z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/gi;

/** Reads text format 0.0.4 strictly. @throws Error at the first line that is none, and for a sample said twice */
export function parseMetrics(text: string): Sample[] {
  const seen = new Set<string>();
  return text.split('\n').flatMap((line) => {
    if (line === '' || COMMENT.test(line)) return [];
    const [, name = '', labels = '', value] = SAMPLE.exec(line) ?? [];
    const key = `${name}{${labels}}`;
    if (name === '' || seen.has(key)) throw new Error(`No sample, or one twice: ${line}`);
    seen.add(key);
    const pairs = [...labels.matchAll(LABEL)].map(([, label = '', said = '']) => [label, said]);
    return [
      { name, labels: Object.fromEntries(pairs), value: Number(String(value).replace('Inf', 'Infinity')) },
    ];
  });
}
