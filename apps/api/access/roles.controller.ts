import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Roles } from '#access';
import { PERMISSION_NAMES, PERMISSIONS, PermissionListView, RoleListView } from '#contract';
import { Requires, Returns } from '../http/route.decorators.js';

@ApiTags('roles')
@Controller('api/v1')
export class RolesController {
  constructor(@Inject(Roles) private readonly roles: Roles) {}

  @Get('roles')
  @Requires('role:read')
  @Returns(200, RoleListView)
  async list() {
    return { items: await this.roles.list(), nextCursor: null };
  }

  /** What can be permitted, each with a sentence. */
  @Get('permissions')
  @Requires('role:read')
  @Returns(200, PermissionListView)
  permissions() {
    const items = PERMISSION_NAMES.map((name) => ({ name, description: PERMISSIONS[name] }));
    return { items, nextCursor: null };
  }
}
