import { Global, Module } from '@nestjs/common';
import { Administrators } from './administrators.js';
import { Roles } from './roles.js';

@Global()
@Module({ providers: [Roles, Administrators], exports: [Roles, Administrators] })
export class AccessModule {}
