import { describe, expect, it } from 'vitest';
import { networkOf } from './network.js';

describe('who is counted together', () => {
  it('is one IPv4 address, however it is written', () => {
    expect(networkOf('192.0.2.1')).toBe('192.0.2.1');
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(networkOf('::ffff:c000:201')).toBe('192.0.2.1');
  });

  it('is one IPv6 /64, however it is written', () => {
    const one = ['2001:db8:0:7::1', '2001:DB8:0:7:ffff:1:2:3', '2001:db8::7:0:0:0:9', '2001:db8:0:7::1%eth0'];
    expect(new Set(one.map(networkOf))).toEqual(new Set(['2001:db8:0:7::/64']));
    expect(networkOf('2001:db8:0:8::1')).not.toBe(networkOf('2001:db8:0:7::1'));
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
  });
});
