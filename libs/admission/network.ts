import { isIPv6, SocketAddress } from 'node:net';

/**
 * Who is counted together as one address: an IPv4 address by itself, an IPv6 address with its /64, which
 * one customer has to itself. `::ffff:192.0.2.1` is the IPv4 address that it carries.
 */
export function networkOf(address: string): string {
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain)) return plain;
  const { address: canonical } = new SocketAddress({ address: plain, family: 'ipv6' });
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(canonical)?.[1];
  if (mapped) return mapped;
  const [before = [], after = []] = canonical.split('::').map((half) => half.split(':').filter(Boolean));
  const between = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return `${[...before, ...between, ...after].slice(0, 4).join(':')}::/64`;
}
