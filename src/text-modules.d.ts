declare module '*.sh' {
  const text: string;
  export default text;
}
declare const __HAPROV_VERSION__: string;
