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
  @Returns(200, RoleListView, 'Built-in roles and the practice’s own')
  async list() {
    return { items: await this.roles.list(), nextCursor: null };
  }

  @Get('permissions')
  @Requires('role:read')
  @Returns(200, PermissionListView, 'What can be permitted, each with a sentence.')
  permissions() {
    const items = PERMISSION_NAMES.map((name) => ({ name, description: PERMISSIONS[name] }));
    return { items, nextCursor: null };
  }
}
