import { isSameValue, kernelForm } from '../../src/resources/sysctl-value';
import fc from '../support/property';

/** What is the same to the kernel, and in which form it says so. */

test.each([
  ['net.ipv4.ip_local_reserved_ports', '8080,8081', '8080-8081'],
  ['net.ipv4.ip_local_reserved_ports', '9000, 8082-8090,8081', '8081-8090,9000'],
  ['net.ipv4.ip_local_reserved_ports', '8080', '8080'],
  ['kernel.watchdog_cpumask', '0,1,3', '0-1,3'],
  ['net.core.rps_default_mask', '00000000,0000000F', 'f'],
  ['net.core.rps_default_mask', '0', '0'],
  ['net.ipv4.tcp_rmem', '4096\t87380  6291456 ', '4096 87380 6291456'],
  ['net.ipv4.ip_forward', '0x1', '1'],
  ['kernel.shmmax', '18446744073709551615', '18446744073709551615'],
  ['kernel.x', '010', '8'],
  ['kernel.x', '09', '09'],
  ['kernel.x', '-0x10', '-16'],
  ['kernel.x', '-0', '0'],
  ['net.ipv4.tcp_congestion_control', 'cubic', 'cubic'],
  ['kernel.core_pattern', '|/bin/x  %p', '|/bin/x %p'],
  ['net.ipv4.ip_local_reserved_ports', 'nonsense', 'nonsense'],
  ['net.ipv4.ip_local_reserved_ports', '9-8', '9-8'],
])('%s: %j is %j', (key, told, said) => {
  expect(kernelForm(key, told)).toBe(said);
});

const reserved = 'net.ipv4.ip_local_reserved_ports';
const ports = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 });

test('a set is the same however it is written, and another set is not', () => {
  fc.assert(
    fc.property(ports, ports, (some, others) => {
      const form = kernelForm(reserved, some.join(','));
      const told = form.split(',').flatMap((part) => {
        const [from = 0, to = from] = part.split('-').map(Number);
        return Array.from({ length: to - from + 1 }, (_, n) => from + n);
      });
      const set = [...new Set(some)].sort((a, b) => a - b);
      expect(told).toEqual(set);
      expect(kernelForm(reserved, form)).toBe(form);
      const isSame = set.join() === [...new Set(others)].sort((a, b) => a - b).join();
      expect(isSameValue(reserved, some.join(','), others.join(' , '))).toBe(isSame);
    }),
  );
});

test('numbers are the same in whatever they are written, and others are not', () => {
  const tuple = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), {
    minLength: 1,
    maxLength: 4,
  });
  const written = (number: bigint, how: number) => {
    const [sign, size] = number < 0n ? ['-', -number] : ['', number];
    return (
      sign +
      [`${size}`, `0x${size.toString(16)}`, `0X${size.toString(16).toUpperCase()}`, `0${size.toString(8)}`][
        how
      ]
    );
  };
  fc.assert(
    fc.property(
      tuple,
      tuple,
      fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
      fc.constantFrom(' ', '\t', '  '),
      (one, other, hows, between) => {
        const text = one.map((number, n) => written(number, hows[n] ?? 0)).join(between);
        expect(kernelForm('kernel.x', text)).toBe(one.join(' '));
        expect(isSameValue('kernel.x', text, other.join('\t'))).toBe(one.join() === other.join());
      },
    ),
  );
});
