import { Global, Module } from '@nestjs/common';
import { GrantFactsReader } from './grant-facts.js';
import { GrantRows } from './grant-rows.js';
import { GrantUpkeep } from './grant-upkeep.js';
import { SupportGrants } from './support-grants.js';
import { SupportNotices } from './support-notices.js';

@Global()
@Module({
  providers: [SupportGrants, GrantUpkeep, GrantRows, GrantFactsReader, SupportNotices],
  exports: [SupportGrants, GrantUpkeep],
})
export class SupportModule {}
