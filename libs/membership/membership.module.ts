import { Global, Module } from '@nestjs/common';
import { AddUser } from './add-user.js';
import { AdministratorReminders } from './administrator-reminders.js';
import { ChangePractice } from './change-practice.js';
import { ChangeUser } from './change-user.js';
import { EraseUser } from './erase-user.js';
import { ErasureNotice } from './erasure-notice.js';
import { MembershipNotices } from './membership-notices.js';
import { OpenPractice } from './open-practice.js';
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
  ],
  exports: [OpenPractice, AddUser, ChangePractice, ChangeUser, EraseUser, AdministratorReminders],
})
export class MembershipModule {}
