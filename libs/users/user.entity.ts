import { defineEntity, p } from '@mikro-orm/postgresql';
import { tenantFilter, tenantKey } from '#database';
import type { Recipient } from '#delivery';

export const UserSchema = defineEntity({
  name: 'User',
  tableName: 'users',
  filters: {
    ...tenantFilter,
    /** Whoever was erased is nobody's to find. */
    living: { name: 'living', cond: { erasedAt: null }, default: true },
  },
  properties: {
    ...tenantKey(),
    username: p.string(),
    displayName: p.string(),
    email: p.string(),
    locale: p.string().$type<'en' | 'es'>(),
    status: p.string().$type<'invited' | 'active' | 'deactivated'>(),
    lastSignInAt: p.datetime().nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    erasedAt: p.datetime().nullable(),
    version: p.integer().version(),
  },
});

/** A person with an account in one practice. What they know is kept elsewhere: passwords, answers. */
export class User extends UserSchema.class {}
UserSchema.setClass(User);

/** Where and how this person is written to. */
export const recipientOf = (user: User): Recipient => ({
  userId: user.id,
  displayName: user.displayName,
  email: user.email,
  locale: user.locale,
});
