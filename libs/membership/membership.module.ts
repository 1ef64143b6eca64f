import { Global, Module } from '@nestjs/common';
import { AddUser } from './add-user.js';
import { AdministratorReminders } from './administrator-reminders.js';
import { ChangePractice } from './change-practice.js';
import { ChangeUser } from './change-user.js';
import { EraseUser } from './erase-user.js';
import { ErasureNotice } from './erasure-notice.js';
import { ImportFacts } from './import-facts.js';
import { ImportRecords } from './import-records.js';
import { ImportStep } from './import-step.js';
import { MembershipNotices } from './membership-notices.js';
import { OpenPractice } from './open-practice.js';
import { UserImports } from './user-imports.js';
import { Welcome } from './welcome.js';

@Global()
@Module({
  providers: [
    OpenPractice,
    AddUser,
    ChangePractice,
    ChangeUser,
    EraseUser,
    Welcome,
    MembershipNotices,
    ErasureNotice,
    AdministratorReminders,
    UserImports,
    ImportRecords,
    ImportFacts,
    ImportStep,
  ],
  exports: [
    OpenPractice,
    AddUser,
    ChangePractice,
    ChangeUser,
    EraseUser,
    AdministratorReminders,
    UserImports,
  ],
})
export class MembershipModule {}
