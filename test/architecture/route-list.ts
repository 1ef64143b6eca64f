import { filesOf, type Handler, handlersOf } from './source-files.js';

/** A route as its marks in the source describe it. */
export interface ListedRoute {
  method: string;
  /** With `{id}` for what the address names. */
  path: string;
  access: string;
  /** Of `@Requires`; undefined elsewhere. */
  permission: string | undefined;
  /** Fields that want a password proved of late; empty where every call does, undefined where none. */
  recently: string[] | undefined;
  summary: string;
  /** A page or file, which is the same for everybody, or the built-in mailbox's. */
  isPage: boolean;
}

/** Every route of the API, by path. */
export function listRoutes(): ListedRoute[] {
  return filesOf('apps/api/**/*.controller.ts')
    .flatMap(handlersOf)
    .map(describe)
    .sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
}

function describe({ place, prefix, marks }: Handler): ListedRoute {
  const find = (...names: string[]) => marks.findLast(({ name }) => names.includes(name));
  const method = find('Get', 'Post', 'Put', 'Patch', 'Delete');
  const path = [prefix, method?.args[0] ?? ''].filter((part) => part !== '').join('/');
  const access = find('Public', 'SignedIn', 'Requires');
  const answer = find('Returns', 'ReturnsNothing', 'ReturnsFile', 'ReturnsStream', 'ReturnsEvents');
  return {
    method: method?.name.toUpperCase() ?? '',
    path: `/${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    access: [access?.name, ...(access?.args ?? [])].join(' '),
    recently: find('RecentlyAuthenticated')?.args,
    permission: access?.name === 'Requires' ? access.args[0] : undefined,
    summary: answer?.args.at(-1) ?? '',
    isPage: /^apps\/api\/(?:pages|mailbox)\//.test(place),
  };
}
