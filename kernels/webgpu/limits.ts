/** What plans depend on of a device. */

/** What a device can hold and do, as far as plans depend on it. */
export interface PlanLimits {
  /** Bytes of one buffer. */
  readonly bufferBytes: number;
  /** Workgroups along one dimension of a dispatch. */
  readonly workgroups: number;
  /** Alignment of a dispatch's parameters, bytes. */
  readonly parameterAlignment: number;
}
