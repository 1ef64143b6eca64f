// Roles, permissions, CASL abilities, and "a practice always keeps an administrator".
// Hides how roles are stored and how an ability is made of them.
// Promises: nobody grants what they lack; no practice loses its last administrator.
export { AccessModule } from './access.module.js';
export { Administrators } from './administrators.js';
export { Rights } from './rights.js';
export { RoleDefinitions } from './role-definitions.js';
export { type Role, Roles } from './roles.js';
