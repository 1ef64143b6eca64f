import { p } from '@mikro-orm/postgresql';

/** Primary key of a tenant's row: the practice leads, for isolation today and sharding tomorrow. */
export const tenantKey = () => ({ practiceId: p.uuid().primary(), id: p.uuid().primary() });

/**
 * Every query of a tenant's entity names the practice by itself: row-level security is the second
 * wall, and either one alone keeps practices apart.
 */
export const tenantFilter = {
  practice: {
    name: 'practice',
    cond: (args: { practiceId: string }) => ({ practiceId: args.practiceId }),
    default: true,
  },
};
