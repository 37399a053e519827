declare module '*.sh' {
  const text: string;
  export default text;
}
declare module '*.css' {
  const text: string;
  export default text;
}
/** Runs in a browser, and is sent there as it is. */
declare module '*.client.js' {
  const text: string;
  export default text;
}
declare const __HAPROV_VERSION__: string;
