import type { Login } from '../../libs/database/index.js';

export const API_LOGIN = 'latchkey_api_login';
export const WORKER_LOGIN = 'latchkey_worker_login';

/** The two logins of the embedded server, from the URLs that they connect with. */
export function testLogins(apiUrl: string, workerUrl: string): Login[] {
  const password = (url: string) => decodeURIComponent(new URL(url).password);
  return [
    { name: API_LOGIN, password: password(apiUrl), roles: ['latchkey_api'] },
    { name: WORKER_LOGIN, password: password(workerUrl), roles: ['latchkey_worker', 'latchkey_queue'] },
  ];
}
