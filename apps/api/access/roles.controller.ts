import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Role, RoleDefinitions, Roles } from '#access';
import {
  DefineRole,
  PERMISSION_NAMES,
  PERMISSIONS,
  PermissionListView,
  RoleKey,
  RoleListView,
  RoleView,
  UpdateRole,
} from '#contract';
import type { Actor, ExpectedVersion } from '#runtime';
import type { Principal } from '#users';
import { Acting, Caller, etagOf, IfMatch, type Reply } from '../http/caller.js';
import { RecentlyAuthenticated, Requires, Returns, ReturnsNothing } from '../http/route.decorators.js';

@ApiTags('roles')
@Controller('api/v1')
export class RolesController {
  constructor(
    @Inject(Roles) private readonly roles: Roles,
    @Inject(RoleDefinitions) private readonly definitions: RoleDefinitions,
  ) {}

  @Get('roles')
  @Requires('role:read')
  @Returns(200, RoleListView, 'Built-in roles and the practice’s own')
  async list() {
    return { items: (await this.roles.list()).map(toView), nextCursor: null };
  }

  @Post('roles')
  @Requires('role:manage')
  @RecentlyAuthenticated()
  @Returns(201, RoleView, 'Define a role. It may permit what you may do yourself, and no more.')
  async create(
    @Body({ schema: DefineRole }) body: DefineRole,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<RoleView> {
    const role = await this.definitions.create(actor, caller.rights, body);
    reply.header('location', `/api/v1/roles/${role.key}`);
    return tagged(role, reply);
  }

  @Get('roles/:key')
  @Requires('role:read')
  @Returns(200, RoleView, 'One role')
  async get(
    @Param('key', { schema: RoleKey }) key: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<RoleView> {
    return tagged(await this.roles.get(key), reply);
  }

  @Patch('roles/:key')
  @Requires('role:manage')
  @RecentlyAuthenticated()
  @Returns(200, RoleView, 'Change a role: everybody who has it may do at once what it says now.')
  async update(
    @Param('key', { schema: RoleKey }) key: string,
    @Body({ schema: UpdateRole }) changes: UpdateRole,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
    @IfMatch() expectedVersion: ExpectedVersion,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<RoleView> {
    const change = { key, changes, expectedVersion };
    return tagged(await this.definitions.update(actor, caller.rights, change), reply);
  }

  @Delete('roles/:key')
  @Requires('role:manage')
  @RecentlyAuthenticated()
  @ReturnsNothing('Delete a role that nobody has.')
  async remove(
    @Param('key', { schema: RoleKey }) key: string,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<void> {
    await this.definitions.remove(actor, caller.rights, key);
  }

  @Get('permissions')
  @Requires('role:read')
  @Returns(200, PermissionListView, 'What can be permitted, each with a sentence.')
  permissions() {
    const items = PERMISSION_NAMES.map((name) => ({ name, description: PERMISSIONS[name] }));
    return { items, nextCursor: null };
  }
}

function tagged(role: Role, reply: Reply): RoleView {
  reply.header('etag', etagOf(role.version));
  return toView(role);
}

function toView({ key, name, permissions, limits, builtIn }: Role): RoleView {
  const limited = Object.keys(limits).length > 0;
  return { key, name, permissions, builtIn, ...(limited && { limits }) };
}
