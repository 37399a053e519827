import { text } from '../../document/fields';

/** HAProxy to 1.8 reads no line of more than 2047 bytes, and a quoted character takes up to four. */
export const brief = (what: string, long = 200) =>
  text(
    `${what}, at most ${long} long`,
    new RegExp(`^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]{1,${long}}$`),
  );

export const urlPath = () =>
  text(
    'a path that starts with "/", without white space, quotes, \\ and #, at most 500 long',
    /^\/[^\s\u0000-\u001f\u007f-\u009f"'\\#]{0,499}$/,
  );

export const pathStart = () =>
  text(
    'a path that starts with "/", without white space, quotes, \\ # and ?, at most 500 long',
    /^\/[^\s\u0000-\u001f\u007f-\u009f"'\\#?]{0,499}$/,
  );
