import { text } from '../../document/fields';

/** A command that keepalived runs: plain words, which mean the same to every version's way of splitting them. */
export const command = () =>
  text(
    'an absolute path, then words of letters, digits and . _ / + : = , % -, at most 500 characters',
    /^(?=.{2,500}$)\/[A-Za-z0-9._/+-]+(?: [A-Za-z0-9._/+:=,%-]+)*$/,
  );

export const userName = () => text('a user name', /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/);

/** A systemd unit, or the name of an init script. */
export const unitName = () => text('the name of a unit', /^[A-Za-z0-9][A-Za-z0-9:_.@-]{0,127}$/);
