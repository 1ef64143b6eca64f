import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AUDIT_ACTIONS } from '#audit';

const PAGE = join(import.meta.dirname, '../../docs/audit-events.md');

const HEAD = `# Audit events

Everything the trail can say: a closed list, of which no name is ever changed or reused. Made from \`libs/audit/actions.ts\` by \`vitest run --project specs test/architecture -u\`; a spec fails when this page is stale.

Each event tells \`actor\` (type \`user\`, \`operator\`, \`anonymous\` or \`system\`, and id), \`target\` (type and id), \`at\`, \`outcome\` (\`success\`, \`refused\`, \`failed\`), \`sourceAddress\`, \`requestId\` and \`changes\`: ids, states, names of fields, and what somebody may do before and after. It belongs to one practice, and has a number there, \`seq\`. Never in it: a password, an answer, a token, or what somebody typed where one of these was asked for. Names and addresses are shown until their person is erased ([why](decisions/0014-personal-values-are-committed-to.md)). As typed, and for good: the reasons of holds and of customer service, keys and names of roles, and a caller’s own \`X-Request-Id\`. Name no person there.

One thing that happens is one event, but for refusals of people who are not signed in, and of what somebody may not do: those are counted for each account and minute, and \`changes.count\` says how many ([why](decisions/0006-refusals-are-sealed-later.md)).
`;

it('docs/audit-events.md holds every event with its sentence', async () => {
  const things = Map.groupBy(Object.entries(AUDIT_ACTIONS), ([name]) => name.split('.')[0] ?? '');
  const tables = [...things].map(([thing, actions]) => {
    const rows = actions.map(([name, sentence]) => `| \`${name}\` | ${sentence} |`);
    return [`## ${thing}`, '| event | says |', '|---|---|', ...rows].join('\n');
  });
  await expect([HEAD, ...tables].join('\n\n').replace('\n\n\n', '\n\n').concat('\n')).toMatchFileSnapshot(
    PAGE,
  );
});
