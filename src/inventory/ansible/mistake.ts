/** Why a line of an Ansible inventory cannot be read; the reader adds which line. */
export class Mistake extends Error {}
