import { Global, Module } from '@nestjs/common';
import { Administrators } from './administrators.js';
import { RoleDefinitions } from './role-definitions.js';
import { Roles } from './roles.js';

@Global()
@Module({
  providers: [Roles, RoleDefinitions, Administrators],
  exports: [Roles, RoleDefinitions, Administrators],
})
export class AccessModule {}
