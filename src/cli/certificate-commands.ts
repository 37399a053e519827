import type { Command } from 'commander';
import type { CertificatesOptions, RenewWords } from '../commands/certificates';
import { ranges } from '../ranges';
import { execute } from './execute-later';
import { hostOptions, inventoryWord, rolloutOptions } from './options';
import { whole } from './values';

/** Adds `certificates` with its words. */
export function certificateCommands(program: Command): void {
  const all = program
    .command('certificates')
    .description(
      'list the certificates of the pair, as wanted, as on the hosts and as shown to clients; renew them',
    );
  hostOptions(
    all
      .command('list', { isDefault: true })
      .description(
        'each certificate: for whom, until when, by whom, where it is shown; exits with 1 on a finding',
      )
      .argument(...inventoryWord),
  )
    .option('--within <days>', 'tell of those that end within this time', whole(...ranges.within, 'days'), 30)
    .option('--json', 'all of it as data', false)
    .action((inventory, options) =>
      execute<CertificatesOptions>(
        { ...options, words: [inventory] },
        async () => (await import('../commands/certificates')).certificates,
      ),
    );
  rolloutOptions(
    hostOptions(
      all
        .command('renew')
        .description(
          'roll a new certificate onto all hosts: from files, from an authority (ACME), or as the inventory has it now',
        )
        .usage('[options] [inventory] [name]')
        .argument(...inventoryWord)
        .argument(
          '[name]',
          'the certificate: its service, or SERVICE/2, as the list has it (default: all of an authority that are due)',
        ),
    ),
  )
    .option(
      '--certificate <file>',
      'the new one and its chain, in PEM; it is put where the inventory has the old one',
    )
    .option('--key <file>', 'its key, where that is not in the same file')
    .option(
      '--force',
      'also where it is for fewer names than the old one, does not last longer, or is not due',
      false,
    )
    .option(
      '--within <days>',
      'have an authority make one this long before the end (default: a third of its lifetime)',
      whole(...ranges.within, 'days'),
    )
    .option('--staging', 'only try: have the staging authority make one, and throw it away', false)
    .action((inventory, name, options) =>
      execute<RenewWords>(
        { ...options, words: [inventory, name], beside: 'which' },
        async () => (await import('../commands/certificates')).renew,
        'events',
      ),
    );
}
