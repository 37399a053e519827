/** Who listens on a TCP port of a host. */
export interface Listener {
  port: number;
  /** All names of its unit; none where no unit is known of it. */
  units: string[];
}
