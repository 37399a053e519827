/** Why a line of an Ansible inventory cannot be read; the reader adds which line. */
export class Mistake extends Error {}

/** As a Mistake, of a file in another format: one such line says so for all of the file. */
export class OtherFormat extends Mistake {}
