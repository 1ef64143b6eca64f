import { useQuery } from '@tanstack/react-query';
import { useMay } from '../api/ability.js';
import { userQuery } from './users-api.js';

/** A user's name where only the id is known; without `user:read` the id has to do. */
export function Person({ id }: { id: string }) {
  const may = useMay();
  const { data } = useQuery({ ...userQuery(id), enabled: may('user:read'), retry: false });
  return <span title={id}>{data?.value.displayName ?? `${id.slice(0, 8)}…`}</span>;
}
