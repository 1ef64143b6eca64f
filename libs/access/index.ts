// Roles, permissions, CASL abilities, and "a practice always keeps an administrator".
// Hides how roles are stored and how an ability is made of them.
// Promises: nobody grants what they lack; no practice loses its last administrator.
export { abilityFor, may, type PracticeAbility, rulesFor } from './ability.js';
export { AccessModule } from './access.module.js';
export { Administrators } from './administrators.js';
export { RoleSchema } from './role.entity.js';
export { Roles } from './roles.js';
