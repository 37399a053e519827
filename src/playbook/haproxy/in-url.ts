/** An address as it stands in a URL or a Host header. */
export const inUrl = (address: string) => (address.includes(':') ? `[${address}]` : address);
