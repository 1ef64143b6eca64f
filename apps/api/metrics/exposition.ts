import type { Figure } from '#delivery';

/** A family of samples as Prometheus reads it (text format 0.0.4). */
interface Family {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  samples: { suffix?: string; labels: Record<string, string>; value: number }[];
}

/** The installation's figures, the same from every process. */
export function expose(figures: readonly Figure[]): string {
  const of = (family: Figure['family']) => figures.filter((figure) => figure.family === family);
  const labelled = (family: Figure['family'], label: string, outcome: string) =>
    of(family).map((one) => ({
      labels: { [label]: one.label, [outcome]: one.outcome },
      value: one.amount,
    }));
  const ofMail = (label: string) =>
    of('mail')
      .filter((one) => one.label === label)
      .map(({ amount }) => ({ labels: {}, value: amount }));
  const families: Family[] = [
    {
      name: 'latchkey_queue_depth',
      help: 'Work that waits, by kind and by what it waits for',
      type: 'gauge',
      samples: labelled('depth', 'queue', 'state'),
    },
    {
      name: 'latchkey_oldest_job_seconds',
      help: 'How long the oldest work that is due has been waiting',
      type: 'gauge',
      samples: of('oldest').map(({ label, amount }) => ({ labels: { queue: label }, value: amount })),
    },
    {
      name: 'latchkey_mail_stopped',
      help: '1 while no worker can reach a mail server, and all mail waits',
      type: 'gauge',
      samples: ofMail('stopped'),
    },
    {
      name: 'latchkey_oldest_mail_seconds',
      help: 'How long the oldest mail has been waiting that no server has taken, put off or not',
      type: 'gauge',
      samples: ofMail('oldest'),
    },
    {
      name: 'latchkey_resets_total',
      help: 'Resets that have come to a state, by who started them',
      type: 'counter',
      samples: labelled('resets', 'channel', 'outcome'),
    },
    {
      name: 'latchkey_deliveries_total',
      help: 'How attempts and mails have ended, by template',
      type: 'counter',
      samples: labelled('deliveries', 'template', 'outcome'),
    },
    {
      name: 'latchkey_delivery_seconds',
      help: 'From the moment that a mail was first due until a mail server accepted it',
      type: 'histogram',
      samples: cumulated(of('seconds')),
    },
  ];
  return families.map(textOf).join('\n');
}

/** Buckets count everything up to their bound, and the last one everything. */
function cumulated(figures: readonly Figure[]): Family['samples'] {
  const bounds = figures
    .filter(({ outcome }) => outcome !== 'sum')
    .map(({ outcome, amount }) => ({ bound: outcome === '+Inf' ? Infinity : Number(outcome), amount }))
    .toSorted((one, other) => one.bound - other.bound);
  let count = 0;
  const buckets = bounds.map(({ bound, amount }) => {
    count += amount;
    return { suffix: '_bucket', labels: { le: bound === Infinity ? '+Inf' : String(bound) }, value: count };
  });
  const sum = figures.find(({ outcome }) => outcome === 'sum')?.amount ?? 0;
  const last = { suffix: '_bucket', labels: { le: '+Inf' }, value: count };
  return [
    ...buckets.filter(({ labels }) => labels.le !== '+Inf'),
    last,
    { suffix: '_sum', labels: {}, value: sum },
    { suffix: '_count', labels: {}, value: count },
  ];
}

function textOf({ name, help, type, samples }: Family): string {
  const lines = samples.map(({ suffix = '', labels, value }) => {
    // Labels come from closed lists: kinds, states, templates. Escaped all the same.
    const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
    return `${name}${suffix}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}
