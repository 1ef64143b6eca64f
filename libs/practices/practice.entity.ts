import { defineEntity, p } from '@mikro-orm/postgresql';
import type { PracticePolicy } from '#contract';
import { tenantFilter } from '#database';

export const PracticeSchema = defineEntity({
  name: 'Practice',
  tableName: 'practices',
  filters: tenantFilter,
  properties: {
    practiceId: p.uuid().primary(),
    /** The Practice ID that people type, in its canonical ten symbols. */
    code: p.string(),
    name: p.string(),
    timeZone: p.string(),
    locale: p.string().$type<'en' | 'es'>(),
    policy: p.json<PracticePolicy>(),
    status: p.string().$type<'pending' | 'active'>(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    version: p.integer().version(),
  },
});

export class Practice extends PracticeSchema.class {}
PracticeSchema.setClass(Practice);
