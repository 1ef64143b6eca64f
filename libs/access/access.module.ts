import { Global, Module } from '@nestjs/common';
import { Administrators } from './administrators.js';
import { Operators } from './operators.js';
import { RoleDefinitions } from './role-definitions.js';
import { Roles } from './roles.js';

@Global()
@Module({
  providers: [Roles, RoleDefinitions, Administrators, Operators],
  exports: [Roles, RoleDefinitions, Administrators, Operators],
})
export class AccessModule {}
