import fc from '../support/property';
import { casesIn, type FileCase, lintTexts, placeIn } from './cases';

test.each(casesIn<FileCase>('file-cases'))('%s: %s', (name, _, { finds = [], rules = [name], ...given }) => {
  const found = lintTexts(given);
  expect(found.map(({ rule: _r, why: _w, fix: _f, ...said }) => said)).toEqual(
    expect.arrayContaining(
      finds.map(({ severity, where, says }) => {
        const [, file = ''] = /^([^:]*):/.exec(where) ?? [];
        return {
          severity,
          where: placeIn(where, given.files[file] ?? ''),
          message: expect.stringContaining(says),
        };
      }),
    ),
  );
  expect(found).toHaveLength(finds.length);
  for (const { rule, why, fix } of found) {
    expect(rules).toContain(rule);
    expect(why?.length).toBeGreaterThan(20);
    expect(fix.length).toBeGreaterThan(10);
  }
});

const words = fc.constantFrom(
  ...'global_defs { } \n vrrp_instance v vrrp_script vrrp_sync_group group track_script state SLAVE nopreempt MASTER'.split(
    ' ',
  ),
  ...'authentication auth_pass 1111 virtual_ipaddress 10.0.0.9/24 ::1 unicast_peer unicast_src_ip interface eth0'.split(
    ' ',
  ),
  ...'weight -5 script "killall user notify priority 255 version 3 virtual_router_id 7 lvs_id include @a ~SEQ(x,1,2)'.split(
    ' ',
  ),
  ...'listen frontend backend defaults global web *:80 bind :443 ssl crt x.pem no-tlsv11 ssl-min-ver TLSv1.0'.split(
    ' ',
  ),
  ...'server one 10.0.0.1:80 use_backend default_backend cookie stats auth admin:admin userlist user .if ${X} "'.split(
    ' ',
  ),
);
const texts = fc.array(words, { maxLength: 60 }).map((all) => all.join(' '));

test('whatever stands in the files, no rule throws, and each finding has its place', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(texts, fc.string()), { minLength: 1, maxLength: 4 }), (all) => {
      const files = Object.fromEntries(all.map((text, index) => [`${index}.conf`, text]));
      for (const { where } of lintTexts({ files })) {
        const [, name = '', line, column] = /^(\d\.conf):(\d+):(\d+)$/.exec(where) ?? [where];
        const row = files[name]?.split('\n')[Number(line) - 1];
        expect(row).toBeDefined();
        expect(Number(column)).toBeLessThanOrEqual((row ?? '').length + 1);
      }
    }),
    { numRuns: Number(process.env.HAPROV_MODEL_RUNS ?? 300) },
  );
});
