// Roles, permissions, CASL abilities, "a practice always keeps an administrator", and the installation's
// operators.
// Hides how roles are stored, how an ability is made of them, and how an operator's token is checked.
// Promises: nobody grants what they lack; no practice loses its last administrator; no running process can
// make up an operator.
export { AccessModule } from './access.module.js';
export { Administrators } from './administrators.js';
export { OperatorRegister, type RegisteredOperator } from './operator-register.js';
export { asActor, type Operator, type OperatorRole, Operators } from './operators.js';
export { Rights } from './rights.js';
export { RoleDefinitions } from './role-definitions.js';
export { type Role, Roles } from './roles.js';
