// Joining and belonging: opening a practice, adding users, changing their roles and standing.
// Hides the order of checks, who is told, and how the welcome mails come about.
// Promises: the Practice ID reaches its opener by mail only; a member's welcome never holds it.
export { AddUser } from './add-user.js';
export { AdministratorReminders } from './administrator-reminders.js';
export { ChangePractice } from './change-practice.js';
export { ChangeUser } from './change-user.js';
export { EraseUser } from './erase-user.js';
export { failedRowsCsv, templateCsv } from './import-csv.js';
export { MembershipModule } from './membership.module.js';
export { OpenPractice } from './open-practice.js';
export { UserImports } from './user-imports.js';
