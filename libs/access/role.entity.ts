import { defineEntity, p } from '@mikro-orm/postgresql';
import type { Permission } from '#contract';
import { tenantFilter } from '#database';

/** A role of the practice's own; the built-in ones are in the contract. */
export const RoleSchema = defineEntity({
  name: 'Role',
  tableName: 'roles',
  filters: tenantFilter,
  properties: {
    practiceId: p.uuid().primary(),
    key: p.string().primary(),
    name: p.string(),
    permissions: p.array().$type<Permission[]>(),
    createdAt: p.datetime(),
    version: p.integer().version(),
  },
});

export class Role extends RoleSchema.class {}
RoleSchema.setClass(Role);
