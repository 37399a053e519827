/** Whether a text is an Ansible inventory in INI: it has a section of hosts, or a variable of Ansible's, and no other language. */
export const isAnsibleIni = (text: string): boolean =>
  !/^\s*[{<]/.test(text) &&
  (/^\s*\[[\w.-]+(?::(?:children|vars|hosts))?\]\s*(?:[#;].*)?$/m.test(text) ||
    /^[^#;\n]*\bansible_\w+\s*=/m.test(text));

/** Whether a document is an inventory of Ansible: it has no key of haprov’s, and a group with hosts or children. */
export function isAnsibleYaml(value: unknown): boolean {
  if (!isObject(value) || ['hosts', 'groups', 'playbooks'].some((key) => key in value)) return false;
  return Object.values(value).some(
    (group) => isObject(group) && (isObject(group.hosts) || isObject(group.children)),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
