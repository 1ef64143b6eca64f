import type { Login } from '../../libs/database/index.js';

export const API_LOGIN = 'latchkey_api_login';
export const WORKER_LOGIN = 'latchkey_worker_login';

const passwordIn = (url: string): string => decodeURIComponent(new URL(url).password);

/** The two logins of the embedded server, from the URLs that they connect with. */
export function testLogins(apiUrl: string, workerUrl: string): Login[] {
  return [
    { name: API_LOGIN, password: passwordIn(apiUrl), roles: ['latchkey_api'] },
    { name: WORKER_LOGIN, password: passwordIn(workerUrl), roles: ['latchkey_worker', 'latchkey_queue'] },
  ];
}
